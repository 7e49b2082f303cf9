/*
 * A stand-in for libedgetpu.so.1: the same functions, no hardware. Lists Corals that are not there, gives a delegate that
 * takes edgetpu-custom-op, answers from the model's payload, keeps payloads by token the way the real runtime does, and
 * fails on request in every way the real one was seen to fail.
 *
 * Requests stand in a file beside this library, "<library>.control", read at each call; one a line:
 *   devices none | devices usb PATH | devices pci PATH      what is listed (default: one USB, one PCI)
 *   open null | open segv | open block                      when a delegate is asked for; null says why at verbosity 1
 *   load N segv                                             at the N-th model of the process
 *   free hang | free abort                                  when the delegate of a session is freed
 *   delegate ignore                                         the delegate takes nothing: a build for another TFLite
 *   prepare refuse                                          the package is refused
 *   invoke N abort | hang | short | wrong | segv | fail     at the N-th inference of the process, 0 for each
 *   say TEXT                                                printed to standard output at each inference
 *   idle MS abort                                           after a delegate was made, with no call in progress
 *
 * Each trouble at an inference that it makes goes to "<library>.played", one word a line, before it happens.
 *
 * Unlike libedgetpu it speaks to TFLite through the opaque C API, found in the TFLite that the process has loaded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- requests ---- */

static int request(const char *name, char *rest, size_t size) {
  Dl_info self;
  char path[4096], line[512];
  if (!dladdr((void *)request, &self)) return 0;
  snprintf(path, sizeof path, "%s.control", self.dli_fname);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  size_t length = strlen(name);
  int found = 0;
  while (!found && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, name, length) && line[length] == ' ') {
      snprintf(rest, size, "%s", line + length + 1);
      found = 1;
    }
  }
  fclose(file);
  return found;
}

static int asked(const char *name, const char *what) {
  char rest[512];
  return request(name, rest, sizeof rest) && !strcmp(rest, what);
}

static void played(const char *what) {
  Dl_info self;
  char path[4096];
  if (!dladdr((void *)played, &self)) return;
  snprintf(path, sizeof path, "%s.played", self.dli_fname);
  FILE *file = fopen(path, "a");
  if (!file) return;
  fprintf(file, "%s\n", what);
  fclose(file);
}

static void block(void) {
  for (;;) pause();
}

static void die_of_transfer(int tag, int status) {
  fprintf(stderr, "F driver/usb/usb_driver.cc:1097] transfer on tag %d failed. Abort. "
                  "Deadline exceeded: USB transfer error %d [double]\n", tag, status);
  fflush(stderr);
  abort();
}

/* ---- TFLite, as loaded by the process ---- */

typedef struct { int size; int data[]; } IntArray;

typedef struct {
  void *data;
  int (*prepare)(void *context, void *delegate, void *data);
  void *copy_from, *copy_to, *free_handle;
  int64_t flags;
} DelegateBuilder;

typedef struct { void *delegate, *delegate_data; IntArray *nodes; } DelegateParams;

static struct {
  void *(*delegate_create)(const DelegateBuilder *);
  void (*delegate_delete)(void *);
  int (*execution_plan)(void *, IntArray **);
  int (*node_and_op)(void *, int, void **, void **);
  const char *(*custom_name)(const void *);
  int (*initial_data)(const void *, const void **, int *);
  void *(*op_create)(int, const char *, int, void *);
  void (*set_init)(void *, void *(*)(void *, void *, const char *, size_t));
  void (*set_free)(void *, void (*)(void *, void *, void *));
  void (*set_prepare)(void *, int (*)(void *, void *, void *));
  void (*set_invoke)(void *, int (*)(void *, void *, void *));
  int (*replace)(void *, void *, const IntArray *, void *);
  void *(*user_data)(const void *);
  const void *(*input)(const void *, const void *, int);
  void *(*output)(void *, const void *, int);
  void *(*data)(const void *);
  size_t (*bytes)(const void *);
  void (*report)(void *, const char *, ...);
} lite;

static int find_tflite(struct dl_phdr_info *info, size_t size, void *found) {
  (void)size;
  void *handle = info->dlpi_name && *info->dlpi_name ? dlopen(info->dlpi_name, RTLD_NOLOAD | RTLD_LAZY) : NULL;
  if (handle && dlsym(handle, "TfLiteOpaqueDelegateCreate")) {
    *(void **)found = handle;
    return 1;
  }
  return 0;
}

static void bind(void) {
  void *h = NULL;
  if (lite.delegate_create) return;
  dl_iterate_phdr(find_tflite, &h);
  if (!h) {
    fprintf(stderr, "double: no TFLite with TfLiteOpaqueDelegateCreate is loaded\n");
    abort();
  }
  *(void **)&lite.delegate_delete = dlsym(h, "TfLiteOpaqueDelegateDelete");
  *(void **)&lite.execution_plan = dlsym(h, "TfLiteOpaqueContextGetExecutionPlan");
  *(void **)&lite.node_and_op = dlsym(h, "TfLiteOpaqueContextGetNodeAndRegistration");
  *(void **)&lite.custom_name = dlsym(h, "TfLiteOperatorGetCustomName");
  *(void **)&lite.initial_data = dlsym(h, "TfLiteOpaqueNodeGetCustomInitialData");
  *(void **)&lite.op_create = dlsym(h, "TfLiteOperatorCreate");
  *(void **)&lite.set_init = dlsym(h, "TfLiteOperatorSetInitWithData");
  *(void **)&lite.set_free = dlsym(h, "TfLiteOperatorSetFreeWithData");
  *(void **)&lite.set_prepare = dlsym(h, "TfLiteOperatorSetPrepareWithData");
  *(void **)&lite.set_invoke = dlsym(h, "TfLiteOperatorSetInvokeWithData");
  *(void **)&lite.replace = dlsym(h, "TfLiteOpaqueContextReplaceNodeSubsetsWithDelegateKernels");
  *(void **)&lite.user_data = dlsym(h, "TfLiteOpaqueNodeGetUserData");
  *(void **)&lite.input = dlsym(h, "TfLiteOpaqueNodeGetInput");
  *(void **)&lite.output = dlsym(h, "TfLiteOpaqueNodeGetOutput");
  *(void **)&lite.data = dlsym(h, "TfLiteOpaqueTensorData");
  *(void **)&lite.bytes = dlsym(h, "TfLiteOpaqueTensorByteSize");
  *(void **)&lite.report = dlsym(h, "TfLiteOpaqueContextReportError");
  *(void **)&lite.delegate_create = dlsym(h, "TfLiteOpaqueDelegateCreate");
}

/* ---- the package: just enough FlatBuffers ---- */

static uint32_t u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

static const uint8_t *field(const uint8_t *table, int slot) {
  int32_t back;
  memcpy(&back, table, 4);
  const uint8_t *vtable = table - back;
  uint16_t size, offset;
  memcpy(&size, vtable, 2);
  if (4 + 2 * slot + 2 > size) return NULL;
  memcpy(&offset, vtable + 4 + 2 * slot, 2);
  return offset ? table + offset : NULL;
}

static const uint8_t *follow(const uint8_t *p) { return p + u32(p); }

/* One compiled model of one interpreter. */
typedef struct {
  uint64_t token;
  uint8_t *payload;
  size_t size;
} Executable;

static Executable *parse(const uint8_t *options, int length) {
  const uint8_t *mark = memmem(options, length < 64 ? length : 64, "DWN1", 4);
  if (!mark) return NULL;
  const uint8_t *multi = field(follow(mark - 4), 1);
  if (!multi) return NULL;
  const uint8_t *list = field(follow(follow(multi) + 4), 0);
  if (!list) return NULL;
  list = follow(list);
  Executable *executable = calloc(1, sizeof *executable);
  for (uint32_t i = 0; i < u32(list); i++) {
    const uint8_t *table = follow(follow(list + 4 + 4 * i) + 4);
    const uint8_t *token = field(table, 14), *parameters = field(table, 6);
    if (token) memcpy(&executable->token, token, 8);
    if (parameters && u32(follow(parameters))) {
      parameters = follow(parameters);
      executable->size = u32(parameters);
      executable->payload = malloc(executable->size);
      memcpy(executable->payload, parameters + 4, executable->size);
    }
  }
  return executable;
}

/* ---- the chip ---- */

static pthread_mutex_t chip = PTHREAD_MUTEX_INITIALIZER;
static int delegates, inferences;
static uint64_t cached_token;
static Executable *uploaded[4096]; /* executables that were sent under that token */
static int uploads;
static uint8_t *memory;
static size_t memory_size;

static void forget_chip(void) {
  free(memory);
  memory = NULL;
  memory_size = 0;
  uploads = 0;
  cached_token = 0;
}

/* The real runtime sends parameters when the token is new, or when this executable was not sent under it yet. */
static void upload(Executable *e) {
  if (e->token != cached_token) {
    uploads = 0;
    cached_token = e->token;
  }
  for (int i = 0; i < uploads; i++)
    if (uploaded[i] == e) return;
  free(memory);
  memory = malloc(e->size);
  memcpy(memory, e->payload, e->size);
  memory_size = e->size;
  uploaded[uploads++ % 4096] = e;
}

static void answer(const uint8_t *in, size_t inputs, uint8_t *out, size_t outputs) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < memory_size; i++) sum = (sum ^ memory[i]) * 16777619u;
  for (size_t i = 0; i < outputs; i++)
    out[i] = (uint8_t)(in[i % inputs] + memory[i * 131 % memory_size] + (sum >> (8 * (i % 4))));
}

/* ---- the delegate ---- */

static void *kernel_init(void *user, void *context, const char *buffer, size_t length) {
  (void)user; (void)length;
  const DelegateParams *params = (const DelegateParams *)buffer;
  void *node, *op;
  const void *options;
  int size;
  if (lite.node_and_op(context, params->nodes->data[0], &node, &op)) return NULL;
  if (lite.initial_data(node, &options, &size)) return NULL;
  return parse(options, size);
}

static void kernel_free(void *user, void *context, void *data) {
  (void)user; (void)context;
  Executable *e = data;
  if (e) {
    free(e->payload);
    free(e);
  }
}

static int kernel_prepare(void *user, void *context, void *node) {
  (void)user;
  static int loads;
  char rest[512];
  int nth;
  loads++;
  if (request("load", rest, sizeof rest) && sscanf(rest, "%d segv", &nth) == 1 && nth == loads) raise(SIGSEGV);
  if (!lite.user_data(node) || asked("prepare", "refuse")) {
    lite.report(context, "Package verification failed.");
    return 1;
  }
  return 0;
}

static int kernel_invoke(void *user, void *context, void *node) {
  (void)user;
  char rest[512], what[64] = "";
  int when = 0;
  Executable *e = lite.user_data(node);
  pthread_mutex_lock(&chip);
  inferences++;
  if (request("invoke", rest, sizeof rest)) sscanf(rest, "%d %63s", &when, what);
  if (when && when != inferences) what[0] = 0;
  if (what[0]) played(what);
  if (!strcmp(what, "abort")) die_of_transfer(2, 2);
  if (!strcmp(what, "hang")) block();
  if (!strcmp(what, "segv")) raise(SIGSEGV);
  if (!strcmp(what, "fail")) {
    lite.report(context, "Parameter caching tag is not set.");
    pthread_mutex_unlock(&chip);
    return 1;
  }
  if (request("say", rest, sizeof rest)) {
    printf("%s\n", rest);
    fflush(stdout);
  }
  const void *in = lite.input(context, node, 0);
  void *out = lite.output(context, node, 0);
  size_t outputs = lite.bytes(out);
  upload(e);
  if (!strcmp(what, "short")) { /* half an answer, and the rest never comes */
    answer(lite.data(in), lite.bytes(in), lite.data(out), outputs / 2);
    fprintf(stderr, "I driver/usb/usb_driver.cc: output incomplete, %zu of %zu bytes [double]\n", outputs / 2, outputs);
    block();
  }
  answer(lite.data(in), lite.bytes(in), lite.data(out), outputs);
  if (!strcmp(what, "wrong")) ((uint8_t *)lite.data(out))[outputs / 2] ^= 1;
  pthread_mutex_unlock(&chip);
  return 0;
}

static int delegate_prepare(void *context, void *delegate, void *data) {
  (void)data;
  IntArray *plan;
  if (asked("delegate", "ignore")) return 0;
  if (lite.execution_plan(context, &plan)) return 1;
  IntArray *mine = calloc(1, sizeof(IntArray) + sizeof(int) * plan->size);
  for (int i = 0; i < plan->size; i++) {
    void *node, *op;
    if (lite.node_and_op(context, plan->data[i], &node, &op)) continue;
    const char *name = lite.custom_name(op);
    if (name && !strcmp(name, "edgetpu-custom-op")) mine->data[mine->size++] = plan->data[i];
  }
  int status = 0;
  if (mine->size) {
    void *op = lite.op_create(51 /* delegate */, "EdgeTpuDouble", 1, NULL);
    lite.set_init(op, kernel_init);
    lite.set_free(op, kernel_free);
    lite.set_prepare(op, kernel_prepare);
    lite.set_invoke(op, kernel_invoke);
    status = lite.replace(context, op, mine, delegate);
  }
  free(mine);
  return status;
}

static void *idle(void *argument) {
  usleep(1000 * (useconds_t)(intptr_t)argument);
  die_of_transfer(4, 5);
  return NULL;
}

/* ---- edgetpu_c.h ---- */

typedef struct { int type; const char *path; } Device;
typedef struct { const char *name, *value; } Option;

EXPORT const int tensorizer_test_double = 1;

EXPORT const char *edgetpu_version(void) {
  static char text[600];
  char number[512];
  snprintf(text, sizeof text, "BuildLabel(TEST DOUBLE), RuntimeVersion(%s)",
           request("version", number, sizeof number) ? number : "14");
  return text;
}

static int verbosity;

EXPORT void edgetpu_verbosity(int level) { verbosity = level; }

EXPORT Device *edgetpu_list_devices(size_t *count) {
  char rest[512], bus[16], path[400];
  *count = 0;
  int one = request("devices", rest, sizeof rest);
  if (one && !strcmp(rest, "none")) return NULL;
  Device *devices = calloc(2, sizeof *devices);
  if (one && sscanf(rest, "%15s %399s", bus, path) == 2) {
    devices[0].type = !strcmp(bus, "usb");
    devices[0].path = strdup(path);
    *count = 1;
  } else {
    devices[0].type = 1;
    devices[0].path = strdup("/sys/bus/usb/devices/9-1");
    devices[1].type = 0;
    devices[1].path = strdup("/dev/apex_9");
    *count = 2;
  }
  return devices;
}

EXPORT void edgetpu_free_devices(Device *devices) { free(devices); }

EXPORT void *edgetpu_create_delegate(int type, const char *path, const Option *options, size_t count) {
  (void)type; (void)path;
  char rest[512];
  int after = 0;
  if (asked("open", "null")) {
    if (verbosity >= 1) fprintf(stderr, "I driver/usb/local_usb_device.cc:142] Unavailable: USB error -6 [ClaimInterface]\n");
    return NULL;
  }
  if (asked("open", "segv")) raise(SIGSEGV);
  if (asked("open", "block")) block();
  for (size_t i = 0; i < count; i++)
    if (strcmp(options[i].name, "Performance") && strncmp(options[i].name, "Usb.", 4)) return NULL;
  bind();
  /* allows dynamic tensors: else TFLite prepares all ops first, and the custom op has nobody yet to prepare it */
  DelegateBuilder builder = {.prepare = delegate_prepare, .flags = 1};
  pthread_mutex_lock(&chip);
  delegates++;
  pthread_mutex_unlock(&chip);
  if (request("idle", rest, sizeof rest) && sscanf(rest, "%d", &after) == 1) {
    pthread_t thread;
    pthread_create(&thread, NULL, idle, (void *)(intptr_t)after);
    pthread_detach(thread);
  }
  return lite.delegate_create(&builder);
}

EXPORT void edgetpu_free_delegate(void *delegate) {
  if (delegates > 1 && asked("free", "hang")) block();
  if (delegates > 1 && asked("free", "abort")) abort();
  lite.delegate_delete(delegate);
  pthread_mutex_lock(&chip);
  if (--delegates == 0) forget_chip();
  pthread_mutex_unlock(&chip);
}
