//! How much of its window a link uses: less after it broke with submits unanswered, more again with each answer.
//!
//! What is on the wire when a link breaks is in doubt, and may be sent twice. An operator that breaks the link after every hundred
//! submits would otherwise be given a whole window each time, and never come to answer one.

/// Remembers over the sessions of one link how many submits it may leave unanswered.
#[derive(Debug)]
pub(super) struct Trust {
    window: usize,
    allowed: usize,
}

impl Trust {
    /// Begins with the whole window.
    pub(super) fn new(window: u32) -> Self {
        let window = usize::try_from(window).unwrap_or(usize::MAX).max(1);
        Self {
            window,
            allowed: window,
        }
    }

    /// Goes on with another window.
    pub(super) fn resize(&mut self, window: u32) {
        let whole = self.allowed == self.window;
        self.window = usize::try_from(window).unwrap_or(usize::MAX).max(1);
        self.allowed = if whole {
            self.window
        } else {
            self.allowed.min(self.window)
        };
    }

    /// Says how many more submits may be written when so many are unanswered.
    pub(super) fn room(&self, unanswered: usize) -> usize {
        self.allowed.saturating_sub(unanswered)
    }

    /// Takes note of an answer.
    pub(super) fn answered(&mut self) {
        self.allowed = (self.allowed + 1).min(self.window);
    }

    /// Takes note of a link that broke with so many submits unanswered.
    pub(super) fn broken(&mut self, unanswered: usize) {
        if unanswered > 0 {
            self.allowed = (unanswered.min(self.allowed) / 2).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_with_each_break_and_grows_with_each_answer() {
        let mut trust = Trust::new(500);
        assert_eq!(trust.room(0), 500);
        trust.broken(500);
        assert_eq!(
            (trust.room(0), trust.room(200), trust.room(300)),
            (250, 50, 0)
        );
        trust.broken(100);
        assert_eq!(trust.room(0), 50);
        for _ in 0..1_000 {
            trust.answered();
        }
        assert_eq!(trust.room(0), 500);
    }

    #[test]
    fn another_window_counts_at_once_but_is_not_trusted_sooner() {
        let mut trust = Trust::new(10);
        trust.resize(20);
        assert_eq!(trust.room(0), 20);
        trust.broken(20);
        trust.resize(40);
        assert_eq!(trust.room(0), 10);
        trust.resize(0);
        assert_eq!(trust.room(0), 1);
    }

    #[test]
    fn an_idle_link_that_breaks_keeps_its_window_and_one_submit_is_always_allowed() {
        let mut trust = Trust::new(10);
        trust.broken(0);
        assert_eq!(trust.room(0), 10);
        for _ in 0..10 {
            trust.broken(1);
        }
        assert_eq!(trust.room(0), 1);
    }
}
