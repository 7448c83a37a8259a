/* What an engine has asked of its allocator: bytes in use, the most that they were, and blocks. The 16 bytes in front of each block are
   ours and are not counted, nor is what another allocator would add. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
  size_t bytes, most, blocks;
} heap;

static void *heap_take(size_t size) {
  char *block = malloc(size + 16);
  if (!block) return NULL;
  memcpy(block, &size, sizeof size);
  heap.bytes += size;
  heap.blocks++;
  if (heap.bytes > heap.most) heap.most = heap.bytes;
  return block + 16;
}

static size_t heap_size(const void *at) {
  size_t size = 0;
  if (at) memcpy(&size, (const char *)at - 16, sizeof size);
  return size;
}

static void heap_give(void *at) {
  if (!at) return;
  heap.bytes -= heap_size(at);
  heap.blocks--;
  free((char *)at - 16);
}

static void *heap_move(void *at, size_t size) {
  if (!at) return size ? heap_take(size) : NULL;
  if (!size) {
    heap_give(at);
    return NULL;
  }
  size_t before = heap_size(at);
  char *block = realloc((char *)at - 16, size + 16);
  if (!block) return NULL;
  memcpy(block, &size, sizeof size);
  heap.bytes += size - before;
  if (heap.bytes > heap.most) heap.most = heap.bytes;
  return block + 16;
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* The file, with a zero behind it that `size` does not count. */
static char *read_file(const char *name, size_t *size) {
  FILE *file = fopen(name, "rb");
  if (!file) {
    perror(name);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*size + 1);
  if (!text || fread(text, 1, *size, file) != *size) exit(1);
  text[*size] = 0;
  fclose(file);
  return text;
}
