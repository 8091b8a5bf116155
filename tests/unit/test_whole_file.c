/* test_whole_file.c: files that are whole or not there. */
#include "posix/whole_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_CAP = 100 };

static char folder[] = "/tmp/whole_file.XXXXXX";

static const char *at(const char *name)
{
    static char path[PATH_CAP];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void expect_file(const char *name, const char *expected, mode_t mode)
{
    char text[PATH_CAP];
    int fd = open(at(name), O_RDONLY);
    struct stat info;
    ssize_t len;

    assert_true(fd >= 0);
    len = read(fd, text, sizeof(text));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, (size_t)len);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
    close(fd);
}

static int count_names(void)
{
    DIR *dir = opendir(folder);
    int count = 0;

    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void one_of_its_name_is_replaced_or_stays(void **state)
{
    (void)state;
    assert_true(whole_file_write_bytes(at("a"), 0640, WHOLE_FILE_IS_NEW, span_of("a first one")));
    expect_file("a", "a first one", 0640);
    assert_false(whole_file_write_bytes(at("a"), 0600, WHOLE_FILE_IS_NEW, span_of("second")));
    assert_int_equal(errno, EEXIST);
    expect_file("a", "a first one", 0640);
    assert_true(whole_file_write_bytes(at("a"), 0604, WHOLE_FILE_REPLACES, span_of("third")));
    expect_file("a", "third", 0604);
    assert_int_equal(count_names(), 1);
}

/* What somebody else uses under that name stays what it is. */
static void pipes_and_devices_stay(void **state)
{
    static const char *const names[] = { "pipe", "null", "stdout" };
    int open_file = open(at("a"), O_RDONLY | O_CLOEXEC);
    char descriptor[32];
    struct stat info;

    (void)state;
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_int_equal(symlink("/dev/null", at("null")), 0);
    /* As /dev/stdout of one whose output goes to a file. */
    assert_true(open_file >= 0);
    snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", open_file);
    assert_int_equal(symlink(descriptor, at("stdout")), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *name = names[i];

        assert_false(whole_file_may_replace(at(name)));
        assert_false(whole_file_write_bytes(at(name), 0600, WHOLE_FILE_REPLACES, span_of("x")));
        assert_int_equal(errno, ENOTSUP);
        assert_int_equal(lstat(at(name), &info), 0);
        assert_true(i == 0 ? S_ISFIFO(info.st_mode) : S_ISLNK(info.st_mode));
        assert_int_equal(unlink(at(name)), 0);
    }
    close(open_file);
    assert_int_equal(symlink("to nothing", at("link")), 0);
    assert_true(whole_file_may_replace(at("link")));
    assert_int_equal(unlink(at("link")), 0);
    assert_int_equal(count_names(), 1);
}

/* A link to /dev/stdout, and a name in the folder of what a process has open. */
static void what_leads_to_a_process_stays(void **state)
{
    int open_file = open(at("a"), O_RDONLY | O_CLOEXEC);
    char descriptor[32], by_device[32], in_folder[32];
    struct stat info;

    (void)state;
    assert_true(open_file >= 0);
    snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", open_file);
    snprintf(by_device, sizeof(by_device), "/dev/fd/%d", open_file);
    assert_int_equal(symlink(descriptor, at("stdout")), 0);
    assert_int_equal(symlink("stdout", at("link")), 0);
    assert_int_equal(symlink("/proc/self/fd", at("folder")), 0);
    assert_int_equal(symlink("./loop", at("loop")), 0);
    snprintf(in_folder, sizeof(in_folder), "folder/%d", open_file);
    assert_false(whole_file_may_replace(descriptor));
    assert_false(whole_file_may_replace(by_device));
    assert_false(whole_file_may_replace(at(in_folder)));
    assert_false(whole_file_may_replace(at("link")));
    assert_true(whole_file_may_replace(at("loop")));
    assert_false(whole_file_write_bytes(at("link"), 0600, WHOLE_FILE_REPLACES, span_of("x")));
    assert_int_equal(errno, ENOTSUP);
    assert_int_equal(lstat(at("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    close(open_file);
    assert_int_equal(unlink(at("link")), 0);
    assert_int_equal(unlink(at("stdout")), 0);
    assert_int_equal(unlink(at("folder")), 0);
    assert_int_equal(unlink(at("loop")), 0);
}

static bool put_half(void *ctx, int fd)
{
    assert_true(whole_file_put(fd, span_of("half")));
    errno = *(int *)ctx;
    return false;
}

static void what_is_not_whole_is_not_there(void **state)
{
    int why = ENOSPC;

    (void)state;
    for (int name = WHOLE_FILE_REPLACES; name <= WHOLE_FILE_IS_NEW; name++) {
        errno = 0;
        assert_false(whole_file_write(at("b"), 0600, (enum whole_file_name)name, put_half, &why));
        assert_int_equal(errno, ENOSPC);
    }
    assert_int_equal(count_names(), 1);
    assert_false(whole_file_put(-1, span_of("x")));
    assert_int_equal(errno, EBADF);
}

static void a_folder_is_needed(void **state)
{
    (void)state;
    assert_true(whole_file_can_begin(at("c")));
    assert_int_equal(count_names(), 1);
    assert_false(whole_file_can_begin(at("none/c")));
    assert_int_equal(errno, ENOENT);
    assert_false(whole_file_write_bytes(at("none/c"), 0600, WHOLE_FILE_REPLACES, span_of("")));
    assert_int_equal(errno, ENOENT);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return unlink(at("a")) != 0 || rmdir(folder) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_its_name_is_replaced_or_stays),
        cmocka_unit_test(pipes_and_devices_stay),
        cmocka_unit_test(what_leads_to_a_process_stays),
        cmocka_unit_test(what_is_not_whole_is_not_there),
        cmocka_unit_test(a_folder_is_needed),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
