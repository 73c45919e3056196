// A disk that takes less than it is given: preloaded into a process, every write to a regular file takes half of the
// bytes, and after SEXTANT_DISK_BYTES of them the disk is full.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>

typedef ssize_t (*writer)(int, const void *, size_t, off_t);

static atomic_long taken;

static ssize_t some(const char *name, int file, const void *bytes, size_t count, off_t offset)
{
    writer real = (writer)dlsym(RTLD_NEXT, name);
    const char *limit = getenv("SEXTANT_DISK_BYTES");
    struct stat status;
    if (limit == 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return real(file, bytes, count, offset);
    long left = atol(limit) - atomic_load(&taken);
    if (left <= 0) {
        errno = ENOSPC;
        return -1;
    }
    size_t half = count > 1 ? count / 2 : count;
    ssize_t written = real(file, bytes, half > (size_t)left ? (size_t)left : half, offset);
    if (written > 0)
        atomic_fetch_add(&taken, written);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    return some("pwrite", file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset)
{
    return some("pwrite64", file, bytes, count, offset);
}
