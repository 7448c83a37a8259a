/* duktape-meter FILE...: the same as quickjs.c, for Duktape. */

#include <duktape.h>
#include "heap.h"

static size_t empty, empty_blocks;

static void *take(void *state, duk_size_t size) {
  (void)state;
  return size ? heap_take(size) : NULL;
}
static void *move(void *state, void *at, duk_size_t size) {
  (void)state;
  return heap_move(at, size);
}
static void give(void *state, void *at) {
  (void)state;
  heap_give(at);
}

/* Twice, since what a finalizer has kept goes with the second. */
static double collected(duk_context *context, int which) {
  duk_gc(context, 0);
  duk_gc(context, DUK_GC_COMPACT);
  return which ? (double)heap.blocks - empty_blocks : (double)heap.bytes - empty;
}

static duk_ret_t print(duk_context *context) {
  puts(duk_safe_to_string(context, 0));
  return 0;
}
static duk_ret_t read_meter(duk_context *context) {
  int which = duk_get_current_magic(context);
  if (which == 0 || which == 1) {
    duk_push_number(context, collected(context, which));
    return 1;
  }
  double most = (double)heap.most - empty;
  if (which == 3) heap.most = heap.bytes;
  duk_push_number(context, which == 2 ? now_ms() : most);
  return 1;
}

int main(int count, char **names) {
  duk_context *context = duk_create_heap(take, move, give, NULL, NULL);
  const char *meters[] = {"heap", "blocks", "clock", "peak"};
  duk_push_c_function(context, print, 1);
  duk_put_global_string(context, "print");
  for (int which = 0; which < 4; which++) {
    duk_push_c_function(context, read_meter, 0);
    duk_set_magic(context, -1, which);
    duk_put_global_string(context, meters[which]);
  }
  empty = (size_t)collected(context, 0);
  empty_blocks = (size_t)collected(context, 1);
  heap.most = heap.bytes;
  for (int i = 1; i < count; i++) {
    size_t size;
    char *text = read_file(names[i], &size);
    int failed = duk_peval_lstring(context, text, size);
    free(text);
    if (failed) {
      fprintf(stderr, "%s: %s\n", names[i], duk_safe_to_string(context, -1));
      return 1;
    }
    duk_pop(context);
  }
  return 0;
}
