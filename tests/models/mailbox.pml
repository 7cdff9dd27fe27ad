/* A message that was pushed is delivered, while the cell's home changes.
 *
 * Models, with one cell, two workers and two senders:
 *   Threads::post    push; in_inbox exchange; link to the home that is read then
 *   Worker::link     push to the inbox (waking is modelled in park.pml)
 *   Worker::adopt    in_inbox := false; not my home: exchange again and forward; else look at the mail
 *   Worker::give     home := other; in_inbox exchange; link
 *   Cell::turn       takes all mail
 * A worker that has nothing in its inbox does nothing, so a message that nobody is told of stays for ever.
 *
 * MUTANT: adopt looks at the mail before it clears in_inbox.
 */
#define MESSAGES 3

byte mail = 0;            /* in the mailbox */
byte delivered = 0;
bool in_inbox = false;
bool inbox[2];            /* the one cell is in the inbox of worker i */
bool in_run_queue = false;
byte home = 0;
byte gifts = 2;           /* how often the cell may still move */
byte in_turn = 0;

inline link(to) { assert(!inbox[to]); inbox[to] = true }

active [MESSAGES] proctype Sender() {
  bool was; byte h;
  atomic { mail++ }
  atomic { was = in_inbox; in_inbox = true }
  if
  :: was -> skip
  :: else ->
     h = home;
     link(h)
  fi
}

inline give(from) {
  gifts--;
  home = 1 - from;
  atomic { was = in_inbox; in_inbox = true }
  if
  :: was -> skip
  :: else -> link(1 - from)
  fi
}

proctype Worker(byte w) {
  bool was; bool has_mail; byte h;
  bool mine = false;      /* in this worker's run queue */
end:
  do
  :: atomic { inbox[w] -> inbox[w] = false };   /* collect_inbox */
#ifdef MUTANT
     has_mail = mail != 0;
     in_inbox = false;
#else
     in_inbox = false;
#endif
     h = home;
     if
     :: h != w ->
        atomic { was = in_inbox; in_inbox = true }
        if
        :: was -> skip
        :: else -> h = home; link(h)
        fi
     :: else ->
#ifndef MUTANT
        has_mail = mail != 0;
#endif
        if
        :: has_mail && !mine -> assert(!in_run_queue); in_run_queue = true; mine = true
        :: else -> skip
        fi
     fi
  :: mine ->                                   /* run_one: only its home has a queued cell */
     assert(home == w && in_run_queue);
     in_run_queue = false; mine = false;
     if
     :: in_turn++; assert(in_turn == 1);
        atomic { delivered = delivered + mail; mail = 0 }
        in_turn--;
        if
        :: gifts > 0 -> give(w)                /* run_first_after_idling */
        :: true -> skip
        fi
     :: gifts > 0 -> give(w)                   /* share_if_worthwhile */
     fi
  od
}

init { atomic { run Worker(0); run Worker(1) } }

/* Nobody can go on. */
active proctype Judge() { timeout -> assert(delivered == MESSAGES) }
