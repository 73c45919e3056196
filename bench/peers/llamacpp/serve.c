// llama.cpp on one GGUF model, timed on command.   serve MODEL.gguf THREADS COPIES [bf16|q8_0]
//
// Reads a command a line from stdin and answers each with one line on stdout:
//   ids BATCH TOKENS ID…   the input of the next commands  →  ok
//   check                  runs it  →  the hidden states, f32 [BATCH, TOKENS, hidden], in base64
//   time PASSES ROWS       times passes over the whole input, ROWS sequences a run  →  median and minimum, ms a pass
// The copies of the model take turns, so that a pass finds its weights in memory, not in the cache. With a type, the
// model is first written in it by llama.cpp, beside the file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ggml-backend.h"
#include "llama.h"

enum { MOST_TOKENS = 32 * 512 };

static struct llama_context *contexts[16];
static int copies, turn, batch_count, tokens, hidden;
static llama_token *ids;
static struct llama_batch run_batch;

static void quiet(enum ggml_log_level level, const char *line, void *unused) {
    (void)unused;
    if (level >= GGML_LOG_LEVEL_ERROR && level != GGML_LOG_LEVEL_CONT)
        fputs(line, stderr);
}

static void fail(const char *what) {
    printf("error: %s\n", what);
    exit(1);
}

static int run(struct llama_context *context, int first, int rows) {
    int n = 0;
    for (int row = 0; row < rows; row++) {
        for (int token = 0; token < tokens; token++, n++) {
            run_batch.token[n] = ids[(first + row) * tokens + token];
            run_batch.pos[n] = token;
            run_batch.n_seq_id[n] = 1;
            run_batch.seq_id[n][0] = row;
            run_batch.logits[n] = 1;
        }
    }
    run_batch.n_tokens = n;
    return llama_encode(context, run_batch);
}

static void load(const char *path, int threads) {
    for (int i = 0; i < copies; i++) {
        struct llama_model_params model_params = llama_model_default_params();
        model_params.n_gpu_layers = 0;
        struct llama_model *model = llama_model_load_from_file(path, model_params);
        if (model == NULL)
            fail("the model was not loaded");
        struct llama_context_params params = llama_context_default_params();
        params.n_ctx = params.n_batch = params.n_ubatch = MOST_TOKENS;
        params.n_seq_max = 32;
        params.n_threads = params.n_threads_batch = threads;
        params.embeddings = true;
        params.pooling_type = LLAMA_POOLING_TYPE_NONE;
        params.attention_type = LLAMA_ATTENTION_TYPE_NON_CAUSAL;
        params.kv_unified = true;
        contexts[i] = llama_init_from_model(model, params);
        if (contexts[i] == NULL)
            fail("no context was made");
        hidden = llama_model_n_embd(model);
    }
}

static const char *converted(const char *path, const char *type, char *other, size_t size) {
    struct llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = strcmp(type, "bf16") == 0 ? LLAMA_FTYPE_MOSTLY_BF16 : LLAMA_FTYPE_MOSTLY_Q8_0;
    params.pure = true;
    snprintf(other, size, "%s.%s", path, type);
    if (llama_model_quantize(path, other, &params) != 0)
        fail("the model was not converted");
    return other;
}

static void check(void) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (run(contexts[0], 0, batch_count) != 0)
        fail("the run failed");
    size_t size = sizeof(float) * batch_count * tokens * hidden;
    unsigned char *bytes = malloc(size + 2);
    for (int i = 0; i < batch_count * tokens; i++)
        memcpy(bytes + sizeof(float) * i * hidden, llama_get_embeddings_ith(contexts[0], i), sizeof(float) * hidden);
    bytes[size] = bytes[size + 1] = 0;
    for (size_t i = 0; i < size; i += 3) {
        unsigned value = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
        putchar(digits[value >> 18]);
        putchar(digits[value >> 12 & 63]);
        putchar(i + 1 < size ? digits[value >> 6 & 63] : '=');
        putchar(i + 2 < size ? digits[value & 63] : '=');
    }
    putchar('\n');
    free(bytes);
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void time_passes(int passes, int rows) {
    if (batch_count % rows != 0)
        fail("a run has a whole share of the sequences");
    double *times = malloc(sizeof(double) * passes);
    for (int pass = 0; pass < passes; pass++) {
        struct llama_context *context = contexts[turn++ % copies];
        double start = now();
        for (int first = 0; first < batch_count; first += rows) {
            // Asking for the states ends the run, which may go on behind the call.
            if (run(context, first, rows) != 0 || llama_get_embeddings_ith(context, 0) == NULL)
                fail("a run failed");
        }
        times[pass] = now() - start;
    }
    qsort(times, passes, sizeof(double), ascending);
    printf("%.6f %.6f\n", times[passes / 2], times[0]);
    free(times);
}

int main(int count, char **arguments) {
    if (count < 4)
        fail("serve MODEL.gguf THREADS COPIES [bf16|q8_0]");
    llama_log_set(quiet, NULL);
    llama_backend_init();
    ggml_backend_load_all_from_path(LIBRARIES);
    char other[4096];
    copies = atoi(arguments[3]);
    load(count > 4 ? converted(arguments[1], arguments[4], other, sizeof other) : arguments[1], atoi(arguments[2]));
    run_batch = llama_batch_init(MOST_TOKENS, 0, 1);
    printf("llama.cpp %s%s%s\n", RELEASE, count > 4 ? " " : "", count > 4 ? arguments[4] : "");
    fflush(stdout);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        char *at = strtok(line, " \n");
        if (at != NULL && strcmp(at, "ids") == 0) {
            batch_count = atoi(strtok(NULL, " "));
            tokens = atoi(strtok(NULL, " "));
            if (batch_count * tokens > MOST_TOKENS)
                fail("more tokens than a run takes");
            ids = realloc(ids, sizeof(llama_token) * batch_count * tokens);
            for (int i = 0; i < batch_count * tokens; i++) {
                char *id = strtok(NULL, " \n");
                if (id == NULL)
                    fail("fewer ids than BATCH × TOKENS");
                ids[i] = atoi(id);
            }
            puts("ok");
        } else if (at != NULL && strcmp(at, "check") == 0 && ids != NULL) {
            check();
        } else if (at != NULL && strcmp(at, "time") == 0 && ids != NULL) {
            int passes = atoi(strtok(NULL, " "));
            time_passes(passes, atoi(strtok(NULL, " \n")));
        } else {
            puts("error: unknown command, or no ids yet");
        }
        fflush(stdout);
    }
    return 0;
}
