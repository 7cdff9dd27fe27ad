/* A worker that goes to sleep is woken by whoever links a cell.
 *
 * Models
 *   Worker::link   inbox push; then parked is looked at; if it is, under the lock woken := true and notify
 *   Worker::park   lock; parked := true; the inbox is looked at; wait(woken); woken := false; parked := false; unlock
 *   Worker::run    collects the inbox, and parks when it was empty
 * Everything is sequentially consistent, as the code asks for.
 *
 * MUTANT: park looks at the inbox before it stores parked.
 */
#define LINKS 3

byte inbox = 0;
byte collected = 0;
bool parked = false;
bool woken = false;
bool locked = false;

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

active [LINKS] proctype Linker() {
  atomic { inbox++ }
  if
  :: parked -> lock(); woken = true; unlock()
  :: else -> skip
  fi
}

active proctype Worker() {
  bool nothing;
end:
  do
  :: atomic { inbox != 0 -> collected = collected + inbox; inbox = 0 }
  :: inbox == 0 ->
     lock();
#ifdef MUTANT
     nothing = inbox == 0;
     parked = true;
#else
     parked = true;
     nothing = inbox == 0;
#endif
     if
     :: nothing ->
        unlock();                       /* the condition variable's wait */
end_asleep:
        atomic { woken && !locked -> locked = true }
     :: else -> skip
     fi
     woken = false;
     parked = false;
     unlock()
  od
}

/* Nobody can go on. */
active proctype Judge() { timeout -> assert(collected == LINKS) }
