using Microsoft.Playwright;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>The page at the root, in the system's chromium, on a desk and on a phone.</summary>
public sealed class PageTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly string[] s_browsers =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    [Theory]
    [InlineData(1280, 900)]
    [InlineData(420, 800)]
    public async Task ItSearchesAndComparesByKeyboard(int width, int height)
    {
        string? browserPath = Array.Find(s_browsers, File.Exists);
        if (browserPath is null)
            NodeClients.SkipOrFail("there is no chromium: the page is not tried.");
        string folder = Directory.CreateTempSubdirectory("sextant-page-").FullName;
        try
        {
            await using RunningServer server = await RunningServer.Start(
                "--model", model.Folder, "--index", "notes=" + Path.Combine(folder, "index"));
            await server.PostForJson("/v1/indexes/notes/documents", new
            {
                documents = new[]
                {
                    new { key = "sea", text = "ships sail over the sea." },
                    new { key = "<b>sky</b>", text = "the sky is blue & <i>green</i>." },
                },
            });
            using IPlaywright playwright = await Playwright.CreateAsync();
            await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = browserPath,
                Args = ["--no-sandbox"],
            });
            IPage page = await browser.NewPageAsync(new BrowserNewPageOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = height },
            });
            var problems = new List<string>();
            page.PageError += (_, problem) => problems.Add(problem);
            page.Console += (_, message) =>
            {
                if (message.Type == "error")
                    problems.Add(message.Text);
            };
            await page.GotoAsync(server.Url);
            await Assertions.Expect(page.Locator("#served")).ToContainTextAsync("embedding on CPU");

            await page.GetByLabel("Question").FocusAsync();
            await page.Keyboard.TypeAsync("sky blue");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("#hits li")).ToHaveCountAsync(2);
            await Assertions.Expect(page.Locator("#hits")).ToContainTextAsync("<b>sky</b>:1");
            await Assertions.Expect(page.Locator("#hits")).ToContainTextAsync("the sky is blue & <i>green</i>.");
            await Assertions.Expect(page.Locator("#search-status")).ToContainTextAsync("2 passages, hybrid, in");

            await page.GetByLabel("BM25 (words)").FocusAsync();
            await page.Keyboard.PressAsync("Space");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("#hits li")).ToHaveCountAsync(1);

            await page.GetByLabel("Texts, one a line, up to 20").FocusAsync();
            await page.Keyboard.TypeAsync("the sky\nthe sea\nhello");
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("#matrix tbody tr")).ToHaveCountAsync(3);
            Assert.Equal(
                ["1.00", "1.00", "1.00"],
                await page.Locator("#matrix tbody tr").EvaluateAllAsync<string[]>(
                    "rows => rows.map((row, i) => row.cells[i + 1].textContent)"));
            Assert.True(
                await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"),
                "the page is wider than the window");
            if (Environment.GetEnvironmentVariable("SEXTANT_SCREENSHOTS") is { Length: > 0 } pictures)
            {
                await page.ScreenshotAsync(new PageScreenshotOptions
                {
                    Path = Path.Combine(pictures, $"page-{width}.png"),
                    FullPage = true,
                });
            }
            Assert.Empty(problems);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
