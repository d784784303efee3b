//! Lets the steps of a script happen: when their time has come, or after so many submits.

use super::World;
use crate::saying::Saying;
use crate::scenario::Scenario;
use crate::script::{Say, SayOrder, Step, When};

/// The most texts that phones have ready while nobody has bound.
const UNSAID_LIMIT: usize = 1_000;

/// The steps that are still to come, and those that are on.
#[derive(Debug)]
pub(super) struct Director {
    began_ms: u64,
    coming: Vec<Step>,
    /// The behaviour of steps that are on, with when they are over, in the order in which they began.
    active: Vec<(u64, Scenario)>,
    /// The behaviour when none is.
    base: Option<Scenario>,
    /// What phones could say to nobody yet.
    unsaid: Vec<Say>,
}

impl Director {
    pub(super) const fn new(steps: Vec<Step>, now_ms: u64) -> Self {
        Self {
            began_ms: now_ms,
            coming: steps,
            active: Vec::new(),
            base: None,
            unsaid: Vec::new(),
        }
    }

    /// Ends the steps that are on without a return to what was before.
    pub(super) fn forget_active(&mut self) {
        self.active.clear();
        self.base = None;
    }

    fn is_idle(&self) -> bool {
        self.coming.is_empty() && self.active.is_empty() && self.unsaid.is_empty()
    }

    fn due_ms(&self, step: &Step) -> Option<u64> {
        match step.when {
            When::At(at_ms) => Some(self.began_ms.saturating_add(at_ms)),
            When::AfterSubmits(_) => None,
        }
    }

    fn is_due(&self, step: &Step, submits: u64, now_ms: u64) -> bool {
        match step.when {
            When::At(at_ms) => self.began_ms.saturating_add(at_ms) <= now_ms,
            When::AfterSubmits(count) => count <= submits,
        }
    }

    /// Takes the next step that is due; one that comes again stays for the next time.
    fn next(&mut self, submits: u64, now_ms: u64) -> Option<Step> {
        let due = |step: &Step| self.is_due(step, submits, now_ms);
        let place = self.coming.iter().position(due)?;
        let step = self.coming[place].clone();
        match (step.every_ms, &mut self.coming[place].when) {
            (Some(every_ms), When::At(at_ms)) => *at_ms = at_ms.saturating_add(every_ms.max(1)),
            (Some(_), When::AfterSubmits(_)) | (None, _) => {
                self.coming.remove(place);
            }
        }
        Some(step)
    }
}

impl World {
    /// Does what is due of the script.
    pub(crate) fn direct(&mut self, now_ms: u64) {
        if self.director.is_idle() {
            return;
        }
        let mut changed = false;
        while let Some(step) = self.director.next(self.counters.submitted_segments, now_ms) {
            changed |= self.begin(step, now_ms);
        }
        let before = self.director.active.len();
        self.director
            .active
            .retain(|(until_ms, _)| *until_ms > now_ms);
        changed |= self.director.active.len() < before;
        if changed {
            let active = self.director.active.last().map(|(_, scenario)| scenario);
            if let Some(scenario) = active.or(self.director.base.as_ref()).cloned() {
                self.behave(scenario);
            }
            if self.director.active.is_empty() {
                self.director.base = None;
            }
        }
        for say in std::mem::take(&mut self.director.unsaid) {
            self.say_all(say, now_ms);
        }
    }

    /// Tells when there is something to do though nobody says anything.
    pub(crate) fn next_step_ms(&self) -> Option<u64> {
        let director = &self.director;
        let coming = director
            .coming
            .iter()
            .filter_map(|step| director.due_ms(step));
        let ending = director.active.iter().map(|(until_ms, _)| *until_ms);
        coming.chain(ending).min()
    }

    /// Begins a step; tells whether the behaviour changes.
    fn begin(&mut self, step: Step, now_ms: u64) -> bool {
        if step.reset_links {
            self.counters.links_broken += self.links.len() as u64;
            self.reset_links();
        }
        for say in step.say {
            self.say_all(say, now_ms);
        }
        let Some(scenario) = step.scenario else {
            return false;
        };
        if self.director.base.is_none() {
            self.director.base = Some(self.config.scenario.clone());
        }
        match step.for_ms {
            Some(for_ms) => {
                let until_ms = now_ms.saturating_add(for_ms);
                self.director.active.push((until_ms, *scenario));
            }
            None => self.director.base = Some(*scenario),
        }
        true
    }

    fn say_all(&mut self, say: Say, now_ms: u64) {
        let mut sayings = Saying::all(&say.from, &say.to, &say.text, self.next_reference());
        match say.order {
            SayOrder::Forward => {}
            SayOrder::Backward => sayings.reverse(),
        }
        let said = (0..say.copies.max(1)).all(|_| self.say(sayings.clone(), now_ms));
        if !said && self.director.unsaid.len() < UNSAID_LIMIT {
            self.director.unsaid.push(say);
        }
    }
}
