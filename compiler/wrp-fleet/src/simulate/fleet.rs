//! Pools of instances, requests that arrive at them, and what becomes of each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::Draw;
use super::instance::{Happened, Instance, Job};
use super::report::{PoolReport, Report, Times, mean, percentile};
use super::router::{Balance, Candidate, Router};
use super::soonest::Soonest;
use crate::hardware::Profile;
use crate::random::{Random, Xoshiro};
use crate::time::Time;

#[derive(Clone, Debug)]
pub struct Pool {
    pub name: String,
    pub profile: Profile,
    /// The longest request, prompt and answer, that the pool takes.
    pub context: u32,
    pub instances: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    pub arrives_s: f64,
    pub prompt: u32,
    pub answer: u32,
    /// The pool that a policy decided on.
    pub pool: Option<usize>,
    /// Requests of one session share their prefix; 0 has none.
    pub session: u64,
}

/// Instances that go down and come back, each on its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failures {
    pub per_day: f64,
    pub repair_s: f64,
}

#[derive(Clone, Debug)]
pub struct Fleet {
    pub pools: Vec<Pool>,
    pub router: Router,
    pub balance: Balance,
    pub failures: Option<Failures>,
    /// Bound on the time to the first token.
    pub ttft_bound_s: f64,
}

/// `count` requests that come at random, `rate` a second.
pub fn poisson(draw: &Draw, rate: f64, count: u32, seed: u64, run: u64) -> Vec<Request> {
    let mut random = Xoshiro::of_run(seed, run);
    let mut now = 0.0;
    (0..count)
        .map(|_| {
            now += random.exponential(rate);
            let (prompt, answer) = draw.request(&mut random);
            Request { arrives_s: now, prompt, answer, pool: None, session: 0 }
        })
        .collect()
}

/// A request on its way.
#[derive(Clone, Copy)]
struct Course {
    instance: usize,
    first_at: f64,
}

impl Fleet {
    /// Serves all requests, which must be in order of arrival; times count from `warm` requests on.
    pub fn run(&self, requests: &[Request], warm: usize, seed: u64) -> Report {
        Run::new(self, requests, warm, seed).serve()
    }
}

struct Run<'f> {
    fleet: &'f Fleet,
    requests: &'f [Request],
    warm: usize,
    random: Xoshiro,
    candidates: Vec<Candidate>,
    instances: Vec<Instance<'f>>,
    pool_of: Vec<usize>,
    up: Vec<bool>,
    turns: Vec<usize>,
    soonest: Soonest,
    /// When instances go down or come back.
    outages: BinaryHeap<Reverse<(Time, usize)>>,
    /// Who served a session last, how much of it is cached, and when.
    sessions: BTreeMap<u64, (usize, u32, f64)>,
    course: Vec<Course>,
    times: Vec<Times>,
    report: Report,
    happened: Vec<Happened>,
    now: f64,
}

impl<'f> Run<'f> {
    fn new(fleet: &'f Fleet, requests: &'f [Request], warm: usize, seed: u64) -> Run<'f> {
        let mut run = Run {
            fleet,
            requests,
            warm,
            random: Xoshiro::new(seed),
            candidates: Vec::new(),
            instances: Vec::new(),
            pool_of: Vec::new(),
            up: Vec::new(),
            turns: vec![0; fleet.pools.len()],
            soonest: Soonest::new(0, f64::INFINITY),
            outages: BinaryHeap::new(),
            sessions: BTreeMap::new(),
            course: vec![Course { instance: usize::MAX, first_at: 0.0 }; requests.len()],
            times: vec![Times::default(); fleet.pools.len()],
            report: Report::default(),
            happened: Vec::new(),
            now: 0.0,
        };
        for (nth, pool) in fleet.pools.iter().enumerate() {
            let most = pool.profile.most_sequences(pool.context);
            let first = run.instances.len();
            run.candidates.push(Candidate { context: pool.context, first, count: pool.instances as usize });
            for _ in 0..pool.instances {
                run.instances.push(Instance::new(&pool.profile, most));
                run.pool_of.push(nth);
                run.up.push(true);
            }
        }
        run.soonest = Soonest::new(run.instances.len(), f64::INFINITY);
        if let Some(failures) = fleet.failures {
            for instance in 0..run.instances.len() {
                let at = run.random.exponential(failures.per_day / 86_400.0);
                run.outages.push(Reverse((Time(at), instance)));
            }
        }
        run
    }

    fn serve(mut self) -> Report {
        let mut next_request = 0;
        let mut served_until = 0;
        loop {
            let arrival = self.requests.get(next_request).map_or(f64::INFINITY, |request| request.arrives_s);
            let (instance, own) = self.soonest.first().unwrap_or((0, f64::INFINITY));
            if arrival.is_infinite() && own.is_infinite() {
                break;
            }
            let outage = self.outages.peek().map_or(f64::INFINITY, |Reverse((at, _))| at.0);
            self.now = arrival.min(own).min(outage);
            if outage <= self.now {
                self.outage();
            } else if arrival <= own {
                self.dispatch(next_request as u32, None);
                next_request += 1;
                served_until = next_request;
            } else {
                self.instances[instance].advance(&mut self.happened);
                self.settle(instance);
            }
        }
        self.finish(served_until)
    }

    /// Sends a request to an instance; `preempted` where it has been under way.
    fn dispatch(&mut self, nth: u32, lost: Option<Job>) {
        let request = self.requests[nth as usize];
        let fleet = self.fleet;
        let Some(pool) = fleet.router.pool(&request, &self.candidates, &self.instances) else {
            self.report.refused += 1;
            return;
        };
        let known = match fleet.balance {
            Balance::Session { kept_s } if request.session != 0 => {
                self.sessions.get(&request.session).copied().filter(|(instance, _, at)| {
                    self.pool_of[*instance] == pool && self.up[*instance] && self.now - at <= kept_s
                })
            }
            _ => None,
        };
        let chosen = known.map(|(instance, _, _)| instance).or_else(|| {
            let turn = &mut self.turns[pool];
            fleet.balance.instance(&self.candidates[pool], &self.instances, &self.up, turn, &mut self.random)
        });
        let Some(instance) = chosen.filter(|nth| self.instances[*nth].fits(request.prompt + request.answer))
        else {
            self.report.refused += 1;
            return;
        };
        let cached = known.map_or(0, |(_, tokens, _)| tokens.min(request.prompt - 1));
        let job = Job {
            request: nth,
            fresh: request.prompt - cached,
            held: request.prompt,
            answer: request.answer,
            preempted: lost.is_some_and(|job| job.preempted),
        };
        self.course[nth as usize].instance = instance;
        self.instances[instance].arrive(job, self.now, &mut self.happened);
        self.settle(instance);
    }

    /// Writes down what happened at an instance, and when it will have more to say.
    fn settle(&mut self, instance: usize) {
        for happened in std::mem::take(&mut self.happened) {
            match happened {
                Happened::Preempted => self.report.preemptions += 1,
                Happened::FirstToken { request, at } => self.course[request as usize].first_at = at,
                Happened::Finished { request, at } => self.finished(request as usize, instance, at),
            }
        }
        self.soonest.set(instance, self.instances[instance].next());
    }

    fn finished(&mut self, nth: usize, instance: usize, at: f64) {
        let (request, first_at) = (self.requests[nth], self.course[nth].first_at);
        self.report.finished += 1;
        if request.session != 0 {
            self.sessions.insert(request.session, (instance, request.prompt + request.answer, at));
        }
        let times = &mut self.times[self.pool_of[instance]];
        if nth < self.warm {
            return;
        }
        times.ttft.push(first_at - request.arrives_s);
        times.end_to_end.push(at - request.arrives_s);
        if request.answer > 1 {
            times.tpot.push((at - first_at) / f64::from(request.answer - 1));
        }
    }

    fn outage(&mut self) {
        let (Some(Reverse((_, instance))), Some(failures)) = (self.outages.pop(), self.fleet.failures) else {
            return;
        };
        if self.up[instance] {
            self.report.failures += 1;
            self.up[instance] = false;
            let lost = self.instances[instance].fail(self.now);
            self.soonest.set(instance, f64::INFINITY);
            self.outages.push(Reverse((Time(self.now + failures.repair_s), instance)));
            for job in lost {
                self.dispatch(job.request, Some(job));
            }
        } else {
            self.up[instance] = true;
            let at = self.now + self.random.exponential(failures.per_day / 86_400.0);
            self.outages.push(Reverse((Time(at), instance)));
        }
    }

    fn finish(mut self, arrived: usize) -> Report {
        for instance in &mut self.instances {
            instance.meter(self.now);
        }
        let mut all = Times::default();
        for (nth, (pool, mut times)) in self.fleet.pools.iter().zip(self.times).enumerate() {
            all = all.and(&times);
            let candidate = &self.candidates[nth];
            let members = &self.instances[candidate.first..candidate.first + candidate.count];
            let slots = f64::from(pool.profile.slots(pool.context));
            let slot_seconds = f64::from(pool.instances) * slots * self.now;
            self.report.pools.push(PoolReport {
                name: pool.name.clone(),
                finished: times.ttft.len() as u64,
                ttft_p99_s: percentile(&mut times.ttft, 0.99),
                utilisation: members.iter().map(|instance| instance.occupied()).sum::<f64>() / slot_seconds,
                energy_j: members.iter().map(|instance| instance.energy_j()).sum(),
            });
        }
        let within = all.ttft.iter().filter(|ttft| **ttft <= self.fleet.ttft_bound_s).count();
        let energy_j: f64 = self.report.pools.iter().map(|pool| pool.energy_j).sum();
        let answered: f64 = self.requests[..arrived].iter().map(|request| f64::from(request.answer)).sum();
        Report {
            ttft_p50_s: percentile(&mut all.ttft, 0.5),
            ttft_p99_s: percentile(&mut all.ttft, 0.99),
            tpot_mean_s: mean(&all.tpot),
            tpot_p99_s: percentile(&mut all.tpot, 0.99),
            end_to_end_p99_s: percentile(&mut all.end_to_end, 0.99),
            within_bound: within as f64 / all.ttft.len().max(1) as f64,
            energy_j,
            tokens_per_watt: if energy_j > 0.0 { answered / energy_j } else { 0.0 },
            seconds: self.now,
            events: self.instances.iter().map(|instance| instance.events).sum(),
            ..self.report
        }
    }
}

#[cfg(test)]
mod tests;
