// A disk that fails: calls of the C library that write below one folder are counted, and the one armed for fails.
// A negative error is a signal that ends the process there. Loaded with LD_PRELOAD, it also reaches libraries that write by themselves. Linux alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static int failing, code, lasting, sparing;
static int count;

void arm(const char *below, int number, int error, int all_later) {
    strncpy(folder, below, sizeof folder - 1);
    failing = number;
    code = error;
    lasting = all_later;
    sparing = error == ENOSPC;
    count = 0;
}

int counted(void) { return count; }

static int below(const char *path) { return folder[0] && !strncmp(path, folder, strlen(folder)); }

static int at(int dir, const char *path) {
    char link[64], base[PATH_MAX];
    if (!folder[0] || !path) return 0;
    if (path[0] == '/') return below(path);
    if (dir == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
        return below(base);
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t size = readlink(link, base, sizeof base - 1);
    if (size < 0) return 0;
    base[size] = 0;
    return below(base);
}

static int open_below(int handle) { return folder[0] && at(handle, "."); }

// Whether this call is to fail; `frees`: it needs no space, so that a full disk does not stop it.
static int fails(int frees) {
    if (sparing && frees) return 0;
    count++;
    if (failing && (count == failing || (lasting && count > failing))) {
        if (code < 0) kill(getpid(), -code);
        errno = code;
        return 1;
    }
    return 0;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define OPENING(name)                                                  \
    int name(const char *path, int flags, ...) {                       \
        va_list given;                                                 \
        va_start(given, flags);                                        \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(given, int) : 0; \
        va_end(given);                                                 \
        if (flags & (O_CREAT | O_WRONLY | O_RDWR) && at(AT_FDCWD, path) && fails(0)) return -1; \
        return REAL(name)(path, flags, mode);                          \
    }
#define OPENING_AT(name)                                               \
    int name(int dir, const char *path, int flags, ...) {              \
        va_list given;                                                 \
        va_start(given, flags);                                        \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(given, int) : 0; \
        va_end(given);                                                 \
        if (flags & (O_CREAT | O_WRONLY | O_RDWR) && at(dir, path) && fails(0)) return -1; \
        return REAL(name)(dir, path, flags, mode);                     \
    }
OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)

ssize_t write(int handle, const void *data, size_t size) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(write)(handle, data, size);
}
ssize_t pwrite(int handle, const void *data, size_t size, off_t offset) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(pwrite)(handle, data, size, offset);
}
ssize_t pwrite64(int handle, const void *data, size_t size, off64_t offset) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(pwrite64)(handle, data, size, offset);
}
ssize_t writev(int handle, const struct iovec *pieces, int number) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(writev)(handle, pieces, number);
}
int ftruncate(int handle, off_t size) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(ftruncate)(handle, size);
}
int ftruncate64(int handle, off64_t size) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(ftruncate64)(handle, size);
}
int fsync(int handle) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(fsync)(handle);
}
int fdatasync(int handle) {
    if (open_below(handle) && fails(0)) return -1;
    return REAL(fdatasync)(handle);
}
int mkdir(const char *path, mode_t mode) {
    if (at(AT_FDCWD, path) && fails(0)) return -1;
    return REAL(mkdir)(path, mode);
}
int mkdirat(int dir, const char *path, mode_t mode) {
    if (at(dir, path) && fails(0)) return -1;
    return REAL(mkdirat)(dir, path, mode);
}
int rename(const char *from, const char *to) {
    if (at(AT_FDCWD, to) && fails(1)) return -1;
    return REAL(rename)(from, to);
}
int renameat(int from_dir, const char *from, int to_dir, const char *to) {
    if (at(to_dir, to) && fails(1)) return -1;
    return REAL(renameat)(from_dir, from, to_dir, to);
}
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags) {
    if (at(to_dir, to) && fails(1)) return -1;
    return REAL(renameat2)(from_dir, from, to_dir, to, flags);
}
int unlink(const char *path) {
    if (at(AT_FDCWD, path) && fails(1)) return -1;
    return REAL(unlink)(path);
}
int unlinkat(int dir, const char *path, int flags) {
    if (at(dir, path) && fails(1)) return -1;
    return REAL(unlinkat)(dir, path, flags);
}
int rmdir(const char *path) {
    if (at(AT_FDCWD, path) && fails(1)) return -1;
    return REAL(rmdir)(path);
}
int chmod(const char *path, mode_t mode) {
    if (at(AT_FDCWD, path) && fails(1)) return -1;
    return REAL(chmod)(path, mode);
}
int fchmodat(int dir, const char *path, mode_t mode, int flags) {
    if (at(dir, path) && fails(1)) return -1;
    return REAL(fchmodat)(dir, path, mode, flags);
}
