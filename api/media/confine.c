#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "media/confine.h"

#define PROCESSES	512	/* of one user; the API may be the same user */
#define FILES		128
#define GENTLE		10	/* of the scheduler: requests go first */

#define READ_TREE	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_TREE	(READ_TREE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
			 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG)
#define ALL_TREE	(WRITE_TREE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
			 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "the system call filter knows x86-64 and arm64"
#endif

static const struct {
	const char	*path;
	uint64_t	 access;
} trees[] = {
	{ ".", WRITE_TREE },
	{ "/usr", READ_TREE }, { "/lib", READ_TREE }, { "/lib64", READ_TREE }, { "/bin", READ_TREE },
	{ "/etc/alternatives", READ_TREE }, { "/etc/fonts", READ_TREE }, { "/etc/perl", READ_TREE },
	{ "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE }, { "/etc/mime.types", LANDLOCK_ACCESS_FS_READ_FILE },
	{ "/var/cache/fontconfig", READ_TREE },
	{ "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE },
	{ "/dev/zero", LANDLOCK_ACCESS_FS_READ_FILE }, { "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE },
};

bool
confine_landlock(void)
{
	return (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0);
}

/* Files: nothing but the trees above. */
static bool
confine_files(void)
{
	struct landlock_ruleset_attr		all = { .handled_access_fs = ALL_TREE };
	struct landlock_path_beneath_attr	beneath;
	int					rules;
	bool					good;

	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules == -1)
		return (errno == ENOSYS || errno == EOPNOTSUPP);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		beneath.allowed_access = trees[i].access;
		if ((beneath.parent_fd = open(trees[i].path, O_PATH | O_CLOEXEC)) == -1)
			continue;	/* not every system has all of them */
		good = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
		(void)close(beneath.parent_fd);
		if (!good)
			return (false);
	}
	return (syscall(SYS_landlock_restrict_self, rules, 0) == 0);
}

#define REFUSE(name)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* System calls: no sockets at all, nobody else's processes, no leaving of the process group, nothing of the kernel's that
 * tools for files do not need. Where new network namespaces are not to be had this is what keeps the network away. */
static bool
confine_calls(void)
{
	struct sock_filter	filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),		/* the x32 names of the same calls */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#endif
		REFUSE(socket), REFUSE(io_uring_setup), REFUSE(io_uring_enter), REFUSE(io_uring_register),
		REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev), REFUSE(pidfd_open), REFUSE(pidfd_getfd),
		REFUSE(pidfd_send_signal), REFUSE(kill), REFUSE(tkill), REFUSE(setsid), REFUSE(setpgid),
		REFUSE(unshare), REFUSE(setns), REFUSE(mount), REFUSE(chroot), REFUSE(pivot_root),
		REFUSE(bpf), REFUSE(perf_event_open), REFUSE(userfaultfd), REFUSE(keyctl), REFUSE(add_key), REFUSE(request_key),
		REFUSE(open_by_handle_at),
		/* limits of its own it may ask for, not change those of other processes of the same user */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog	program = { .len = sizeof(filter) / sizeof(filter[0]), .filter = filter };

	return (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static bool
confine_limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
	struct rlimit	limit = { .rlim_cur = soft, .rlim_max = hard };

	return (setrlimit(what, &limit) == 0);
}

/* A user that owns nothing, when we are root. */
static bool
confine_user(void)
{
	if (geteuid() != 0)
		return (true);
	return (setgroups(0, NULL) == 0 && setresgid(CAGE_USER, CAGE_USER, CAGE_USER) == 0 &&
	    setresuid(CAGE_USER, CAGE_USER, CAGE_USER) == 0);
}

bool
confine(const struct cage_limits *limits)
{
	if (!confine_limit(RLIMIT_CORE, 0, 0) || !confine_limit(RLIMIT_AS, limits->memory, limits->memory) ||
	    !confine_limit(RLIMIT_CPU, limits->cpu, limits->cpu + 1) || !confine_limit(RLIMIT_FSIZE, limits->disk, limits->disk) ||
	    !confine_limit(RLIMIT_NOFILE, FILES, FILES) || !confine_limit(RLIMIT_NPROC, PROCESSES, PROCESSES))
		return (false);
	(void)setpriority(PRIO_PROCESS, 0, GENTLE);
	/* not every kernel, and no container, gives it; the filter below closes the network everywhere */
	if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == -1)
		errno = 0;
	return (confine_user() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && confine_files() && confine_calls());
}
