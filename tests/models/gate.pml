/* While user code runs a rescuer may take what waits behind it; never are both in control.
 *
 * Models, with two cells A (on turn, in a long callback) and B (waiting), two workers, senders to each cell:
 *   Gate::open, shut, step_in, step_out, wait_for_rescuer
 *   Worker::run_one, collect_inbox, adopt
 *   Worker::rescue      the run queue and the inbox of worker 0 go to worker 1; the cell on turn stays
 *   Threads::post       as in mailbox.pml
 * The cells of the model stay with worker 1 once they are there, and worker 1 is never rescued.
 *
 * MUTANT: shut stores instead of exchanging, so that it does not wait for the rescuer.
 * MUTANT2: the rescuer moves the cell on turn as well.
 */
#define NONE 2

mtype = { closed, opened, inside };
mtype gate = closed;
bool owner_in_control = true;   /* of worker 0's queue and of what is in it */
bool rescuer_in_control = false;

byte mail[2];
byte delivered[2];
bool in_inbox[2];
bool inbox0[2];                 /* cell c is in worker 0's inbox */
bool inbox1[2];
bool queued[2];                 /* in worker 0's run queue */
byte home[2];
byte on_turn = NONE;            /* of worker 0 */
byte running[2];
byte callbacks = 2;             /* how many callbacks may be long */

inline link(w, c) {
  if
  :: w == 0 -> assert(!inbox0[c]); inbox0[c] = true
  :: else -> assert(!inbox1[c]); inbox1[c] = true
  fi
}

proctype Sender(byte c) {
  bool was; byte h;
  atomic { mail[c]++ }
  atomic { was = in_inbox[c]; in_inbox[c] = true }
  if
  :: was -> skip
  :: else -> h = home[c]; link(h, c)
  fi
}

/* adopt() on worker 0 */
inline adopt0(c) {
  in_inbox[c] = false;
  if
  :: home[c] != 0 ->
     atomic { was = in_inbox[c]; in_inbox[c] = true }
     if
     :: was -> skip
     :: else -> h = home[c]; link(h, c)
     fi
  :: else ->
     if
     :: mail[c] != 0 && !queued[c] -> queued[c] = true
     :: else -> skip
     fi
  fi
}

inline turn0(c) {
  assert(home[c] == 0);
  queued[c] = false;
  on_turn = c;
  running[c]++; assert(running[c] == 1);
  do
  :: atomic { mail[c] != 0 -> delivered[c]++; mail[c]-- }
     if
     :: callbacks != 0 ->                       /* user code */
        atomic { callbacks--; owner_in_control = false; gate = opened }   /* open */
#ifdef MUTANT
        gate = closed;                          /* shut */
#else
        do                                      /* shut, wait_for_rescuer */
        :: atomic { gate == opened -> gate = closed; break }
        od;
#endif
        owner_in_control = true;
        assert(!rescuer_in_control)
     :: true -> skip
     fi
  :: mail[c] == 0 -> break
  od;
  running[c]--;
  on_turn = NONE;
  if
  :: mail[c] != 0 && !queued[c] -> queued[c] = true   /* Turn::more */
  :: else -> skip
  fi
}

active proctype Worker0() {
  bool was; byte h;
end:
  do
  :: atomic { inbox0[0] -> inbox0[0] = false }; assert(!rescuer_in_control); adopt0(0)
  :: atomic { inbox0[1] -> inbox0[1] = false }; assert(!rescuer_in_control); adopt0(1)
  :: queued[0] -> turn0(0)
  :: queued[1] -> turn0(1)
  od
}

inline turn1(c) {
  in_inbox[c] = false;
  assert(home[c] == 1);
  do
  :: mail[c] != 0 ->
     running[c]++; assert(running[c] == 1);
     atomic { delivered[c] = delivered[c] + mail[c]; mail[c] = 0 }
     running[c]--
  :: mail[c] == 0 -> break
  od
}

active proctype Worker1() {
end:
  do
  :: atomic { inbox1[0] -> inbox1[0] = false }; turn1(0)
  :: atomic { inbox1[1] -> inbox1[1] = false }; turn1(1)
  od
}

/* rescue() for one cell out of worker 0's run queue */
inline rescue_queued(c) {
  if
  :: queued[c] ->
     queued[c] = false;
     home[c] = 1;
     atomic { was = in_inbox[c]; in_inbox[c] = true }
     if
     :: was -> skip
     :: else -> link(1, c)
     fi
  :: else -> skip
  fi
}

/* rescue() for one cell out of worker 0's inbox: still marked as linked */
inline rescue_inbox(c) {
  if
  :: taken[c] ->
     if
#ifdef MUTANT2
     :: home[c] == 0 -> home[c] = 1
#else
     :: c != on_turn && home[c] == 0 -> home[c] = 1
#endif
     :: else -> skip
     fi
     h = home[c];
     link(h, c)
  :: else -> skip
  fi
}

active proctype Watcher() {
  bool was; byte h;
  bool taken[2];
  byte times = 2;
  do
  :: times != 0 ->
     times--;
     if
     :: atomic { gate == opened -> gate = inside }   /* step_in */
        rescuer_in_control = true;
        assert(!owner_in_control);
        rescue_queued(0);
        rescue_queued(1);
        atomic { taken[0] = inbox0[0]; taken[1] = inbox0[1]; inbox0[0] = false; inbox0[1] = false }
        rescue_inbox(0);
        rescue_inbox(1);
        rescuer_in_control = false;
        gate = opened                                /* step_out */
     :: gate != opened -> skip
     fi
  :: times == 0 -> break
  od
}

init { atomic { run Sender(0); run Sender(1); run Sender(1) } }

/* Nobody can go on. */
active proctype Judge() { timeout -> assert(delivered[0] == 1 && delivered[1] == 2) }
