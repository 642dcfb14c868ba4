/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
# define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
# define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#define MAX_FILES 64
#define MAX_FILE_BYTES (1024 * 1024)

/* Landlock: what the first version knows, then what later ones added. A right that is handled and not given is refused. */
#define RIGHTS_1 ((1ULL << 13) - 1)
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define READ_FOLDER (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE)
#define READ_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)

/* Programs, libraries, certificates and the resolver's settings; nothing of ours, which may lie in /usr/local/etc, too, and of /etc only what is everybody's. */
static const char *const system_paths[] = {
  "/bin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share", "/usr/local/bin", "/usr/local/sbin",
  "/usr/local/lib", "/usr/local/lib64", "/usr/local/share", "/etc/ssl", "/etc/ca-certificates", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf",
  "/etc/ld.so.conf.d", "/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/localtime",
  "/etc/services", "/etc/protocols", "/dev/urandom", "/dev/random", "/dev/zero", NULL,
};

/* What no connector needs, and what would reach other processes, the kernel's insides or a way around the filter. */
static const int refused_calls[] = {
  SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_process_mrelease, SYS_kcmp, SYS_move_pages, SYS_migrate_pages,
  SYS_pidfd_getfd, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_setpriority,
  SYS_ioprio_set, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_sched_setaffinity, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
  SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_mount, SYS_umount2, SYS_pivot_root,
  SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_mount_setattr, SYS_fsopen, SYS_fspick, SYS_fsmount, SYS_fsconfig, SYS_unshare, SYS_setns, SYS_kexec_load,
  SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_personality,
  SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_fanotify_init, SYS_setsid, SYS_setpgid,
};

/*
 * Calls that an argument decides about. Landlock does not see who connects to a socket of this machine, and the server's own for
 * administrators lets in who has its user id: so there is no AF_UNIX. A file's owner, by fcntl and ioctl, is who gets its signals.
 */
static const struct {
  int call;
  guint argument, n_values;
  guint32 values[3];
  gboolean refused; /* these, or all others */
} decided_calls[] = {
  { SYS_prlimit64, 0, 1, { 0 }, FALSE }, /* 0: itself */
  { SYS_socket, 0, 3, { AF_INET, AF_INET6, AF_NETLINK }, FALSE },
  { SYS_fcntl, 1, 3, { F_SETOWN, F_SETOWN_EX, F_SETSIG }, TRUE },
  { SYS_ioctl, 1, 2, { FIOSETOWN, SIOCSPGRP }, TRUE },
};

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

struct _PosternProcessConfine {
  char **argv;
  int ruleset; /* -1: the kernel has no Landlock */
  struct rlimit memory;
  GArray *filter; /* struct sock_filter */
  guint own_pid;  /* the index of the instruction that holds the child's id */
};

static char *const environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "LANG=C.UTF-8", (char *) "HOME=/", NULL };

static void
allow (int ruleset, const char *path, guint64 folder_rights, guint64 file_rights)
{
  struct landlock_path_beneath_attr rule = { .parent_fd = open (path, O_PATH | O_CLOEXEC) };
  struct stat info;

  if (rule.parent_fd < 0)
    return;
  if (fstat (rule.parent_fd, &info) == 0) {
    rule.allowed_access = S_ISDIR (info.st_mode) ? folder_rights : file_rights;
    (void) syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }
  close (rule.parent_fd);
}

static int
make_ruleset (const char *program, const char *const *readable)
{
  long version = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  struct landlock_ruleset_attr rights = { .handled_access_fs = RIGHTS_1 | (version >= 2 ? RIGHT_REFER : 0) | (version >= 3 ? RIGHT_TRUNCATE : 0) };
  g_autofree char *folder = g_path_get_dirname (program);
  int ruleset = version > 0 ? (int) syscall (SYS_landlock_create_ruleset, &rights, sizeof rights, 0) : -1;

  for (guint i = 0; ruleset >= 0 && system_paths[i]; i++)
    allow (ruleset, system_paths[i], READ_FOLDER, READ_FILE);
  if (ruleset >= 0) {
    allow (ruleset, folder, READ_FOLDER, READ_FILE);
    allow (ruleset, "/dev/null", 0, READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
  }
  for (guint i = 0; ruleset >= 0 && readable && readable[i]; i++)
    allow (ruleset, readable[i], READ_FOLDER, READ_FILE);
  return ruleset;
}

static void
add (GArray *filter, guint16 code, guint32 k, guint8 jump_true, guint8 jump_false)
{
  struct sock_filter instruction = { code, jump_true, jump_false, k };

  g_array_append_val (filter, instruction);
}

static void
answer (GArray *filter, guint32 errno_or_0)
{
  add (filter, BPF_RET | BPF_K, errno_or_0 ? SECCOMP_RET_ERRNO | errno_or_0 : SECCOMP_RET_ALLOW, 0, 0);
}

/* @argument of @call: what follows, of @n instructions, is for that call alone. Of 64 bits the kernel takes the lower half, too. */
static void
load_argument (GArray *filter, int call, guint argument, guint8 n)
{
  add (filter, BPF_JMP | BPF_JEQ | BPF_K, (guint32) call, 0, (guint8) (n + 1));
  add (filter, BPF_LD | BPF_W | BPF_ABS, (guint32) (offsetof (struct seccomp_data, args) + argument * sizeof (guint64)), 0, 0);
}

/* Returns: the index of the first value's instruction */
static guint
decide (GArray *filter, int call, guint argument, const guint32 *values, guint n_values, gboolean refused)
{
  guint index = filter->len + 2;

  load_argument (filter, call, argument, (guint8) (n_values + 2));
  for (guint i = 0; i < n_values; i++)
    add (filter, BPF_JMP | BPF_JEQ | BPF_K, values[i], (guint8) (n_values - i), 0);
  answer (filter, refused ? 0 : EPERM);
  answer (filter, refused ? EPERM : 0);
  return index;
}

/* In a user's namespace of its own a program has every capability, and much of the kernel opens. The filter cannot read clone3's flags: who is told that it is not there takes clone. */
static void
refuse_namespaces (GArray *filter)
{
  add (filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
  answer (filter, ENOSYS);
  load_argument (filter, SYS_clone, 0, 3);
  add (filter, BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1);
  answer (filter, EPERM);
  answer (filter, 0);
}

/* Another architecture's numbers are killed; refused calls give EPERM; a thread may signal its own process (abort) and no other. */
static void
make_filter (PosternProcessConfine *self)
{
  self->filter = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));
#ifdef OUR_ARCH
  add (self->filter, BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch), 0, 0);
  add (self->filter, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
  add (self->filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  add (self->filter, BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr), 0, 0);
  add (self->filter, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x32: other numbers for the same calls */
  add (self->filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (refused_calls); i++) {
    add (self->filter, BPF_JMP | BPF_JEQ | BPF_K, (guint32) refused_calls[i], 0, 1);
    answer (self->filter, EPERM);
  }
  for (guint i = 0; i < G_N_ELEMENTS (decided_calls); i++)
    decide (self->filter, decided_calls[i].call, decided_calls[i].argument, decided_calls[i].values, decided_calls[i].n_values, decided_calls[i].refused);
  refuse_namespaces (self->filter);
  self->own_pid = decide (self->filter, SYS_tgkill, 0, (const guint32[]){ 0 }, 1, FALSE);
  answer (self->filter, 0);
#endif
}

PosternProcessConfine *
postern_process_confine_new (const char *const *argv, const char *const *readable, guint64 memory)
{
  PosternProcessConfine *self = g_new0 (PosternProcessConfine, 1);

  self->argv = g_strdupv ((char **) argv);
  self->ruleset = make_ruleset (argv[0], readable);
  self->memory = (struct rlimit){ memory, memory };
  make_filter (self);
  return self;
}

void
postern_process_confine_free (PosternProcessConfine *self)
{
  if (!self)
    return;
  if (self->ruleset >= 0)
    close (self->ruleset);
  g_array_unref (self->filter);
  g_strfreev (self->argv);
  g_free (self);
}

gboolean
postern_process_confine_hides_files (PosternProcessConfine *self)
{
  return self->ruleset >= 0;
}

/* --- in the child: only what is safe between fork and exec of a process with threads -------------------------------------- */

static void G_GNUC_NORETURN
give_up (const char *what)
{
  (void) !write (2, what, strlen (what));
  _exit (127);
}

static void
limit (PosternProcessConfine *self)
{
  const struct rlimit none = { 0, 0 }, files = { MAX_FILES, MAX_FILES }, bytes = { MAX_FILE_BYTES, MAX_FILE_BYTES };

  if (setrlimit (RLIMIT_AS, &self->memory) != 0 || setrlimit (RLIMIT_CORE, &none) != 0 || setrlimit (RLIMIT_NOFILE, &files) != 0 ||
      setrlimit (RLIMIT_FSIZE, &bytes) != 0)
    give_up ("its limits cannot be set\n");
}

/* The order matters: descriptors are closed after Landlock has used its own, and the filter comes last, for it refuses prlimit. */
static void
confine (PosternProcessConfine *self)
{
  struct sock_filter *filter = (struct sock_filter *) (gpointer) self->filter->data;
  struct sock_fprog program = { (unsigned short) self->filter->len, filter };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    give_up ("it cannot be kept from new privileges\n");
  if (self->ruleset >= 0 && syscall (SYS_landlock_restrict_self, self->ruleset, 0) != 0)
    give_up ("Landlock refuses\n");
  limit (self);
  if (syscall (SYS_close_range, 3U, ~0U, 0) != 0)
    give_up ("its descriptors cannot be closed\n");
  if (program.len == 0)
    return;
  filter[self->own_pid].k = (guint32) getpid ();
  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0 && errno != EINVAL) /* EINVAL: a kernel without it */
    give_up ("seccomp refuses\n");
}

static void
reset_signals (void)
{
  sigset_t none;

  sigemptyset (&none);
  for (int i = 1; i < NSIG; i++)
    (void) signal (i, SIG_DFL);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

pid_t
postern_process_confine_start (PosternProcessConfine *self, const int fds[3])
{
  pid_t parent = getpid (), pid = fork ();

  if (pid != 0)
    return pid;
  setsid ();
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (127);
  for (int i = 0; i < 3; i++)
    if (dup2 (fds[i], i) < 0)
      _exit (127);
  reset_signals ();
  if (chdir ("/") != 0)
    _exit (127);
  confine (self);
  execve (self->argv[0], self->argv, environment);
  give_up ("it cannot be started; see that it is executable and its interpreter is installed\n");
}
