/* nvm_folder.c: a state folder for tests of ports/nvm_sqlite, and looks behind the port's back. */
#include "nvm_folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void keep_line(void *ctx, const char *level, const char *text)
{
    struct nvm_folder_test *test = ctx;

    (void)level;
    snprintf(test->said, sizeof(test->said), "%s", text);
    test->lines++;
}

int nvm_folder_setup(void **state)
{
    struct nvm_folder_test *test = calloc(1, sizeof(*test));

    assert_non_null(test);
    snprintf(test->temp, sizeof(test->temp), "/tmp/tlsmodem-nvm-XXXXXX");
    assert_non_null(mkdtemp(test->temp));
    snprintf(test->dir, sizeof(test->dir), "%s/state", test->temp);
    test->log = (struct log){ .write = keep_line, .ctx = test, .level = LOG_INFO };
    unsetenv("CREDENTIALS_DIRECTORY");
    *state = test;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info, (void)type, (void)place;
    return remove(path);
}

int nvm_folder_teardown(void **state)
{
    struct nvm_folder_test *test = *state;

    nvm_folder_shut(test);
    nftw(test->temp, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(test);
    return 0;
}

uint32_t nvm_folder_run_and_kill(struct nvm_folder_test *test,
                                 void (*work)(struct nvm_folder_test *test, int report_fd),
                                 long after_us)
{
    uint32_t step, last = 0;
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        work(test, ends[1]);
    close(ends[1]);
    nanosleep(&(struct timespec){ .tv_nsec = after_us * 1000 }, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &step, sizeof(step)) == sizeof(step))
        last = step;
    close(ends[0]);
    return last;
}

void nvm_folder_remove(struct nvm_folder_test *test)
{
    nvm_folder_shut(test);
    nftw(test->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

enum err nvm_folder_try(struct nvm_folder_test *test)
{
    enum err err = nvm_open(test->dir, test->message, sizeof(test->message), &test->nvm);

    if (err == ERR_OK)
        err = nvm_modem(test->nvm, "gate", &test->log, &test->gate);
    if (err == ERR_OK)
        err = nvm_modem(test->nvm, "pump", &test->log, &test->pump);
    return err;
}

void nvm_folder_reopen(struct nvm_folder_test *test)
{
    enum err err;

    nvm_folder_shut(test);
    err = nvm_folder_try(test);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_text(err), test->message);
}

void nvm_folder_shut(struct nvm_folder_test *test)
{
    nvm_close(test->nvm);
    test->nvm = NULL;
}

void nvm_folder_refuses(struct nvm_folder_test *test, enum err err, const char *word)
{
    test->message[0] = '\0';
    assert_int_equal(nvm_folder_try(test), err);
    assert_null(test->nvm);
    assert_null(strchr(test->message, '\n'));
    if (strstr(test->message, word) == NULL)
        fail_msg("no \"%s\" in: %s", word, test->message);
}

enum err nvm_put(const struct storage *storage, const char *key, bool secret, struct span value)
{
    struct storage_change change = { .key = key, .secret = secret, .value = value };

    return storage->ops->apply(storage->impl, &change, 1);
}

void nvm_expect(const struct storage *storage, const char *key, bool secret, struct span value)
{
    static uint8_t buf[STORAGE_VALUE_MAX];
    size_t len = 0;

    assert_int_equal(storage->ops->load(storage->impl, key, secret, buf, sizeof(buf), &len),
                     ERR_OK);
    assert_int_equal(len, value.len);
    assert_true(span_equal(span_at(buf, len), value));
}

void nvm_expect_err(const struct storage *storage, const char *key, bool secret, enum err err)
{
    static uint8_t buf[STORAGE_VALUE_MAX];
    size_t len = 12345;

    assert_int_equal(storage->ops->load(storage->impl, key, secret, buf, sizeof(buf), &len), err);
    assert_int_equal(len, 12345);
}

const char *nvm_file_path(const struct nvm_folder_test *test, const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", test->dir, name);
    return path;
}

int nvm_file_mode(const struct nvm_folder_test *test, const char *name)
{
    struct stat info;

    return stat(nvm_file_path(test, name), &info) == 0 ? (int)(info.st_mode & 07777) : -1;
}

struct span nvm_file_read(const struct nvm_folder_test *test, const char *name)
{
    static uint8_t bytes[NVM_FILE_MAX];
    int fd = open(nvm_file_path(test, name), O_RDONLY);
    ssize_t len;

    assert_true(fd >= 0);
    len = read(fd, bytes, sizeof(bytes));
    assert_in_range(len, 0, NVM_FILE_MAX - 1);
    close(fd);
    return span_at(bytes, (size_t)len);
}

void nvm_file_write(const struct nvm_folder_test *test, const char *name, struct span bytes,
                    mode_t mode)
{
    int fd = open(nvm_file_path(test, name), O_WRONLY | O_CREAT | O_TRUNC, mode);

    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
    close(fd);
}

bool nvm_file_shows(const struct nvm_folder_test *test, const char *name, struct span bytes)
{
    struct span file = nvm_file_read(test, name);

    return memmem(file.data, file.len, bytes.data, bytes.len) != NULL;
}

void nvm_file_sql(const struct nvm_folder_test *test, const char *sql)
{
    sqlite3 *conn;

    assert_int_equal(sqlite3_open(nvm_file_path(test, "nvm.sqlite"), &conn), SQLITE_OK);
    assert_int_equal(sqlite3_exec(conn, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(conn), SQLITE_OK);
}
