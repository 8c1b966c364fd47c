//! What the kernel says of the gateway's process: proc(5).

use std::time::Duration;

use super::Gateway;

impl Gateway {
    /// Descriptors that it holds.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// Bytes of memory that it holds.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Hundredths of a second of processor time that it uses meanwhile: that
    /// takes a while to tell.
    pub fn ticks_in(&self, time: Duration) -> u64 {
        let before = self.ticks();
        std::thread::sleep(time);
        self.ticks() - before
    }

    /// utime and stime, in clock ticks (1/100 s).
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}
