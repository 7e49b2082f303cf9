/* A libusb-1.0 with one Coral that answers each input byte with the byte above it, for tests of the binding: transfers
 * are asynchronous, completions run inside libusb_handle_events_timeout_completed, cancelled ones complete as cancelled.
 * LIBUSB_DOUBLE_UNPLUG=N: with the N-th write the device is gone. Built without libusb's header on purpose: the structure
 * is written down a third time. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

struct transfer {
    void *handle;
    uint8_t flags;
    unsigned char endpoint, type;
    unsigned int timeout;
    int status, length, actual_length;
    void (*callback)(struct transfer *);
    void *user_data;
    unsigned char *buffer;
    int num_iso_packets;
};

enum { READS = 64, ANSWERS = 64 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct transfer *waiting[4][READS], *done[256];
static int waiting_count[4], done_count, interrupted, gone, writes, unplug_at = -1;
static unsigned char answers[4][ANSWERS][1024];
static int answer_length[4][ANSWERS], answer_count[4];
static uint32_t expected, have, tag;
static unsigned char body[1 << 16];
static uint64_t registers[1 << 16];
static int alive_transfers, handles;
static int device_mark, context_mark;
static const uint16_t version[] = {1, 0, 99, 1, 0, 0, 0, 0};

static void finish(struct transfer *t, int status, int length) {
    t->status = status;
    t->actual_length = length;
    done[done_count++] = t;
    pthread_cond_broadcast(&changed);
}

static void serve(int e) {
    while (waiting_count[e] > 0 && answer_count[e] > 0) {
        struct transfer *t = waiting[e][0];
        memmove(waiting[e], waiting[e] + 1, sizeof(waiting[e][0]) * --waiting_count[e]);
        memcpy(t->buffer, answers[e][0], answer_length[e][0]);
        int length = answer_length[e][0];
        answer_count[e]--;
        memmove(answers[e], answers[e] + 1, sizeof(answers[e][0]) * answer_count[e]);
        memmove(answer_length[e], answer_length[e] + 1, sizeof(int) * answer_count[e]);
        finish(t, 0, length);
    }
}

static void answer(int e, const unsigned char *bytes, int length) {
    memcpy(answers[e][answer_count[e]], bytes, length);
    answer_length[e][answer_count[e]++] = length;
    serve(e);
}

static void take(const unsigned char *bytes, int length) {
    static const unsigned char event[16] = {[12] = 4};
    if (expected == have) {
        memcpy(&expected, bytes, 4);
        have = 0;
        tag = bytes[4] & 15;
        return;
    }
    if (tag == 1) memcpy(body + have, bytes, length);
    have += length;
    if (have < expected || tag == 0) return;
    if (tag == 1) {
        for (uint32_t i = 0; i < have; i++) body[i]++;
        for (uint32_t at = 0; at < have; at += 1024) answer(1, body + at, have - at < 1024 ? have - at : 1024);
    }
    answer(2, event, 16);
}

int libusb_init(void **context) { *context = &context_mark; return 0; }
void libusb_exit(void *context) { (void)context; }
const void *libusb_get_version(void) { return version; }
long libusb_get_device_list(void *context, void ***list) {
    (void)context;
    *list = calloc(2, sizeof(void *));
    (*list)[0] = gone ? NULL : &device_mark;
    return gone ? 0 : 1;
}
void libusb_free_device_list(void **list, int unref) { (void)unref; free(list); }
static void describe(unsigned char *d) {
    static const unsigned char bytes[18] = {18, 1, 0x10, 3, 0, 0, 0, 9, 0xd1, 0x18, 0x02, 0x93, 0x57, 0x7e, 0, 0, 0, 1};
    memcpy(d, bytes, 18);
}
int libusb_get_device_descriptor(void *device, unsigned char *d) { (void)device; describe(d); return 0; }
uint8_t libusb_get_bus_number(void *device) { (void)device; return 2; }
uint8_t libusb_get_device_address(void *device) { (void)device; return 7; }
int libusb_get_device_speed(void *device) { (void)device; return 4; }
int libusb_get_port_numbers(void *device, uint8_t *ports, int length) {
    (void)device;
    if (length < 2) return -8;
    ports[0] = 1;
    ports[1] = 4;
    return 2;
}
int libusb_open(void *device, void **handle) { *handle = device; handles++; return 0; }
void libusb_close(void *handle) { (void)handle; handles--; }
int libusb_claim_interface(void *handle, int number) { (void)handle; (void)number; return gone ? -4 : 0; }
int libusb_release_interface(void *handle, int number) { (void)handle; (void)number; return gone ? -4 : 0; }
int libusb_reset_device(void *handle) {
    (void)handle;
    if (gone) return -5;
    memset(registers, 0, sizeof registers);
    registers[0xa318] = 0xa00000;
    expected = have = answer_count[1] = answer_count[2] = 0;
    return 0;
}
int libusb_control_transfer(void *handle, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                            unsigned char *data, uint16_t length, unsigned int timeout) {
    (void)handle; (void)timeout; (void)index;
    if (gone) return -4;
    if (type == 0x80 && request == 6) { describe(data); return 18; }
    uint64_t *reg = &registers[value]; /* low halves of the addresses differ */
    if (type & 0x80) memcpy(data, reg, length);
    else {
        *reg = 0;
        memcpy(reg, data, length);
        if (value == 0xa318) {
            int sleeps = (*reg >> 22 & 3) == 3;
            *reg = (*reg & ~UINT64_C(0x300)) | (sleeps ? 0x200 : 0);
            if (sleeps) registers[0x4018] = 0;
        }
    }
    return length;
}
struct transfer *libusb_alloc_transfer(int packets) {
    (void)packets;
    alive_transfers++;
    return calloc(1, sizeof(struct transfer));
}
void libusb_free_transfer(struct transfer *t) { alive_transfers--; free(t); }
int libusb_submit_transfer(struct transfer *t) {
    int e = t->endpoint & 15, result = 0;
    pthread_mutex_lock(&mutex);
    if (unplug_at < 0) unplug_at = getenv("LIBUSB_DOUBLE_UNPLUG") ? atoi(getenv("LIBUSB_DOUBLE_UNPLUG")) : 1 << 30;
    if (!(t->endpoint & 0x80) && ++writes == unplug_at) {
        gone = 1;
        for (int i = 1; i < 4; i++) while (waiting_count[i] > 0) finish(waiting[i][--waiting_count[i]], 5, 0);
    }
    if (gone) result = -4;
    else if (t->endpoint & 0x80) { waiting[e][waiting_count[e]++] = t; serve(e); }
    else { take(t->buffer, t->length); finish(t, 0, t->length); }
    pthread_mutex_unlock(&mutex);
    return result;
}
int libusb_cancel_transfer(struct transfer *t) {
    int e = t->endpoint & 15, result = -5;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < waiting_count[e]; i++) if (waiting[e][i] == t) {
        memmove(waiting[e] + i, waiting[e] + i + 1, sizeof(waiting[e][0]) * (--waiting_count[e] - i));
        finish(t, 3, 0);
        result = 0;
        break;
    }
    pthread_mutex_unlock(&mutex);
    return result;
}
void libusb_interrupt_event_handler(void *context) {
    (void)context;
    pthread_mutex_lock(&mutex);
    interrupted = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}
int libusb_handle_events_timeout_completed(void *context, struct timeval *tv, int *completed) {
    (void)context; (void)completed;
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += tv->tv_sec;
    pthread_mutex_lock(&mutex);
    while (done_count == 0 && !interrupted) if (pthread_cond_timedwait(&changed, &mutex, &end)) break;
    interrupted = 0;
    while (done_count > 0) {
        struct transfer *t = done[0];
        memmove(done, done + 1, sizeof(done[0]) * --done_count);
        pthread_mutex_unlock(&mutex);
        t->callback(t);
        pthread_mutex_lock(&mutex);
    }
    pthread_mutex_unlock(&mutex);
    return 0;
}
/* What was not given back. */
int libusb_double_left(void) { return alive_transfers + 1000 * handles + 1000000 * waiting_count[1]; }
