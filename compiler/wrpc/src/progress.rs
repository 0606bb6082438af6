//! A bar for long work, where somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Console;

/// Drawn on the terminal once there is enough to wait for; elsewhere it draws nothing.
pub(crate) fn bar(count: usize, doing: &'static str, console: &Console<'_>) -> ProgressBar {
    const WORTH_A_BAR: usize = 20;
    if !console.watched || count < WORTH_A_BAR {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(doing);
    bar
}
