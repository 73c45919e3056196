namespace Sextant.Measurement.Reports;

/// <summary>
/// The page's style sheet. Light or dark as the reader's system is; on paper light, in black ink, rows unbroken. Where
/// the window is narrow, a table's rows are cards, bars have their names above them, and plots have their narrow form.
/// </summary>
internal static class ReportStyle
{
    // Printing comes last: of two rules of one rank the later one counts.
    public const string Text = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #ffffff;
          --band: #f4f6f9; --bad: #b0304a; --c0: #1f5fa8; --c1: #c2571a; --c2: #2c7f4f; --c3: #8a3f97; --c4: #9a7400;
          --c5: #b0304a; --c6: #35818c; --c7: #6b6f78; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #39424e; --paper: #14181d; --band: #1c2229; --bad: #ee7f95;
            --c0: #6ca8ec; --c1: #f09a5c; --c2: #69c48d; --c3: #cb8fd6; --c4: #d9b648; --c5: #ee7f95; --c6: #76c5d0;
            --c7: #a9afb9; }
        }
        body { font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: var(--ink);
          background: var(--paper); margin: 2rem auto; padding: 0 1.25rem; max-width: 84rem; }
        h1 { font-size: 1.35rem; font-weight: 650; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; break-after: avoid; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        .method { color: var(--soft); max-width: 60rem; }
        .noise { border-left: 4px solid var(--c1); padding: .3rem .8rem; background: var(--band); }
        figure { margin: 1.4rem 0; max-width: 66rem; }
        figcaption { font-size: .9rem; margin-bottom: .5rem; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .4rem 0; padding: 0; list-style: none;
          font-size: .85rem; color: var(--soft); }
        .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
        ol.points { columns: 26rem 2; font-size: .82rem; padding-left: 1.8rem; margin: .5rem 0; }
        ol.points li { break-inside: avoid; }
        ul.low { font-size: .87rem; padding-left: 1.2rem; max-width: 60rem; }
        svg { width: 100%; height: auto; display: block; } .narrow-plot { display: none; }
        svg text { fill: var(--ink); font: 12px system-ui, "Liberation Sans", sans-serif; }
        svg .soft { fill: var(--soft); } svg .number { font-size: 11px; font-weight: 600; }
        svg .grid { stroke: var(--line); stroke-width: 1; } svg .minor { stroke: var(--line); stroke-width: .5; }
        svg .axis { stroke: var(--soft); stroke-width: 1; } svg .leader { stroke: var(--soft); stroke-width: .7; }
        .bars { display: grid; grid-template-columns: max-content minmax(8rem, 1fr) max-content; gap: .15rem .6rem;
          font-size: .8rem; align-items: center; font-variant-numeric: tabular-nums; }
        .bars > div { display: contents; } .bars .name { text-align: right; }
        .bars .track { background: var(--band); height: .85rem; border-right: 1px solid var(--soft); }
        .bars .free { border-right: 0; } .bars .fill { display: block; height: 100%; border-radius: 0 2px 2px 0; }
        .bars .beaten { background-image: repeating-linear-gradient(
          45deg, transparent 0 5px, color-mix(in srgb, var(--paper) 45%, transparent) 5px 9px); }
        .bars .value { color: var(--soft); white-space: nowrap; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .18rem .45rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
        td.note { white-space: normal; min-width: 13rem; }
        th { color: var(--soft); font-weight: 600; } tbody tr:nth-child(even) { background: var(--band); }
        .no { color: var(--bad); font-weight: 700; }
        code { font-size: .85em; overflow-wrap: anywhere; } details { margin: .6rem 0; }
        @media screen and (max-width: 640px) {
          body { padding: 0 .8rem; margin: 1rem auto; }
          dl { display: block; } dd { margin-bottom: .35rem; }
          .wide-plot { display: none; } .narrow-plot { display: block; }
          ol.points { columns: 1; }
          .bars { grid-template-columns: 1fr max-content; gap: .1rem .6rem; }
          .bars .name { grid-column: 1 / 3; text-align: left; margin-top: .3rem; overflow-wrap: anywhere; }
          thead { display: none; } table, tbody, tr { display: block; }
          tr { padding: .45rem .3rem; border-bottom: 1px solid var(--line); }
          td { display: inline-block; border: 0; padding: .05rem .8rem .05rem 0; white-space: normal; }
          td.note { display: block; min-width: 0; } td:empty { display: none; }
          td::before { content: attr(data-column) "\00a0"; color: var(--soft); }
        }
        @media print {
          :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --band: #fff;
            --bad: #b0304a; --c0: #1f5fa8; --c1: #c2571a; --c2: #2c7f4f; --c3: #8a3f97; --c4: #9a7400; --c5: #b0304a;
            --c6: #35818c; --c7: #6b6f78; }
          @page { size: landscape; margin: 12mm; }
          body { font-size: 9pt; max-width: none; margin: 0; }
          table { font-size: 6.5pt; }
          th, td { padding: .1rem .3rem; } td.note { min-width: 9rem; }
          svg { max-height: 165mm; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
          .wide { overflow: visible; } thead { display: table-header-group; }
        }
        """;
}
