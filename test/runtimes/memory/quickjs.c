/* quickjs-meter [-c FILE | -m FILE | FILE]...: runs the files one after the other, those behind -c compiled ahead, as qjsc does, and those
   behind -m as modules. They have print(text), clock() in milliseconds, and of the heap, without
   that of the empty context: heap() and blocks(), after a collection, and peak(), the most that it was since the last call of peak(). */

#include "heap.h"
#include "quickjs.h"

static size_t empty, empty_blocks;

static void *take(JSMallocState *state, size_t size) {
  (void)state;
  return heap_take(size);
}
static void give(JSMallocState *state, void *at) {
  (void)state;
  heap_give(at);
}
static void *move(JSMallocState *state, void *at, size_t size) {
  (void)state;
  return heap_move(at, size);
}
static const JSMallocFunctions functions = {take, give, move, heap_size};

static double collected(JSContext *context, int which) {
  JS_RunGC(JS_GetRuntime(context));
  return which ? (double)heap.blocks - empty_blocks : (double)heap.bytes - empty;
}

static JSValue print(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self;
  const char *text = count ? JS_ToCString(context, values[0]) : NULL;
  if (text) puts(text);
  JS_FreeCString(context, text);
  return JS_UNDEFINED;
}
static JSValue read_meter(JSContext *context, JSValueConst self, int count, JSValueConst *values, int which) {
  (void)self, (void)count, (void)values;
  if (which == 0 || which == 1) return JS_NewFloat64(context, collected(context, which));
  if (which == 2) return JS_NewFloat64(context, now_ms());
  double most = (double)heap.most - empty;
  heap.most = heap.bytes;
  return JS_NewFloat64(context, most);
}

/* By an engine of its own, whose memory is not counted. */
static uint8_t *compiled_ahead(uint8_t *text, size_t *size) {
  JSRuntime *runtime = JS_NewRuntime();
  JSContext *context = JS_NewContext(runtime);
  JSValue code = JS_Eval(context, (char *)text, *size, "script", JS_EVAL_FLAG_COMPILE_ONLY);
  uint8_t *written = JS_WriteObject(context, size, code, JS_WRITE_OBJ_BYTECODE);
  memcpy(text = realloc(text, *size), written, *size);
  return text;
}

int main(int count, char **names) {
  JSRuntime *runtime = JS_NewRuntime2(&functions, NULL);
  JSContext *context = JS_NewContext(runtime);
  JSValue global = JS_GetGlobalObject(context);
  JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, print, "print", 1));
  const char *meters[] = {"heap", "blocks", "clock", "peak"};
  for (int which = 0; which < 4; which++)
    JS_SetPropertyStr(context, global, meters[which],
                      JS_NewCFunctionMagic(context, read_meter, meters[which], 0, JS_CFUNC_generic_magic, which));
  JS_FreeValue(context, global);
  empty = (size_t)collected(context, 0);
  empty_blocks = (size_t)collected(context, 1);
  heap.most = heap.bytes;
  for (int i = 1; i < count; i++) {
    char form = names[i][0] == '-' ? names[i++][1] : 0;
    size_t size;
    uint8_t *text = (uint8_t *)read_file(names[i], &size);
    if (form == 'c') text = compiled_ahead(text, &size);
    JSValue value = form == 'c' ? JS_EvalFunction(context, JS_ReadObject(context, text, size, JS_READ_OBJ_BYTECODE))
                                : JS_Eval(context, (char *)text, size, "script", form == 'm' ? JS_EVAL_TYPE_MODULE : JS_EVAL_TYPE_GLOBAL);
    free(text);
    if (JS_IsException(value)) {
      JSValue thrown = JS_GetException(context);
      const char *reason = JS_ToCString(context, thrown);
      fprintf(stderr, "%s: %s\n", names[i], reason);
      return 1;
    }
    JS_FreeValue(context, value);
  }
  return 0;
}
