/* The watcher sleeps only while all workers do, and a worker that wakes wakes it.
 *
 * Models
 *   Threads::watch         looks at the workers; nobody active: asleep := true, looks again, waits for a poke
 *   Threads::worker_woke   parked := false before; asleep is looked at; if it is, poked := true under the lock
 *   Threads::timers_changed  poked := true under the lock; the watcher then sees the timer
 * Waking counts as seen when the watcher has looked at the workers since.
 *
 * MUTANT: the watcher does not look again after it has said that it is asleep.
 */
bool parked = true;        /* the one worker */
bool asleep = false;
bool poked = false;
bool locked = false;
byte woken = 0;            /* how often the worker woke */
byte seen = 0;             /* the newest waking the watcher knows of */
bool timer_added = false;
bool timer_seen = false;

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

active proctype Worker() {
  atomic { parked = false; woken = 1 }
  if
  :: asleep -> lock(); poked = true; unlock()
  :: else -> skip
  fi
  /* it works for as long as it likes */
}

active proctype TimerOwner() {
  timer_added = true;
  lock(); poked = true; unlock()
}

active proctype Watcher() {
  bool active_now; bool quiet;
  lock();
end:
  do
  :: true ->
     unlock();
     atomic { active_now = !parked; seen = woken }
     timer_seen = timer_added;
     lock();
     if
     :: poked -> skip
     :: else ->
        if
        :: active_now ->               /* wait_for(look_period): comes back by itself */
           unlock();
end_look: lock()
        :: else ->
           asleep = true;
#ifdef MUTANT
           quiet = true;
#else
           quiet = parked;
#endif
           if
           :: quiet ->
              unlock();
end_asleep:   atomic { poked && !locked -> locked = true }
           :: else -> skip
           fi
           asleep = false
        fi
     fi
     poked = false
  od
}

ltl all_seen { <> (seen == 1 && timer_seen) }
