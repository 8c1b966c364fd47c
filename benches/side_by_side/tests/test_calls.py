"""perf's call chains, put down to system calls."""

import unittest

from ..calls import AROUND, INTERRUPTS, USER, of_script, table

SCRIPT = """\
\tffffffff81234567 tcp_v4_connect+0x1f ([kernel.kallsyms])
\tffffffff81234568 __sys_connect ([kernel.kallsyms])
\tffffffff81234569 __x64_sys_connect ([kernel.kallsyms])
\tffffffff8123456a do_syscall_64 ([kernel.kallsyms])
\tffffffff8123456b entry_SYSCALL_64_after_hwframe ([kernel.kallsyms])
\t    7f0000001234 __libc_connect (/usr/lib/libc.so.6)

\tffffffff81234567 vfs_writev ([kernel.kallsyms])
\tffffffff81234568 do_writev ([kernel.kallsyms])
\tffffffff8123456a do_syscall_64 ([kernel.kallsyms])

\tffffffff81234567 schedule ([kernel.kallsyms])
\tffffffff81234568 exit_to_user_mode_loop ([kernel.kallsyms])
\tffffffff8123456a do_syscall_64 ([kernel.kallsyms])

\tffffffff8123456a do_syscall_64 ([kernel.kallsyms])
\t    7f0000001234 __libc_recv (/usr/lib/libc.so.6)

\tffffffff81234567 irqentry_exit_to_user_mode ([kernel.kallsyms])
\t    556600001234 tokio::runtime::task::raw::poll (/usr/bin/pipeferry)

\t    556600001234 <A as core::future::Future>::poll (/usr/bin/pipeferry)
\t    556600001235 [unknown] ([unknown])

"""


class Calls(unittest.TestCase):
    def test_each_sample_is_put_down_to_the_call_it_served(self):
        self.assertEqual(
            {"connect": 1, "writev": 1, AROUND: 2, INTERRUPTS: 1, USER: 1},
            dict(of_script(SCRIPT)),
        )

    def test_the_shares_are_of_the_cost_that_was_measured_undisturbed(self):
        lines = list(table(of_script(SCRIPT), 60.0, "CPU us/connection"))
        self.assertIn("CPU us/connection", lines[0])
        self.assertTrue(any("16.7%" in line and " 10 " in line and "connect" in line for line in lines[1:]))

    def test_nothing_recorded_is_no_error(self):
        self.assertEqual(1, len(list(table(of_script(""), 60.0, "us"))))


if __name__ == "__main__":
    unittest.main()
