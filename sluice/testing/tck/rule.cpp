#include "sluice/testing/tck/rule.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace sluice::inline v0::tck {

namespace {

constexpr auto checked = Kept::checked;
constexpr auto by_construction = Kept::by_construction;
constexpr auto permission = Kept::permission;
constexpr auto later = Kept::later;

constexpr Rule all[] = {
    {"1.1", "A consumer never gets more events than it asked for, at any moment.", checked,
     "producer, transform, dispatcher"},
    {"1.2", "A producer may end before the demand is met, and then says so.", checked, "producer"},
    {"1.3", "Messages to one consumer never overlap.", by_construction,
     "a stage's callbacks run one at a time, from one queue; run your own tests under ThreadSanitizer too"},
    {"1.4", "A producer that fails tells each of its consumers, once.", checked, "producer, transform"},
    {"1.5", "A producer that has no more events ends, politely and behind its last event.", checked,
     "producer, transform"},
    {"1.6", "The end of a producer ends its subscriptions: a later ask does nothing.", checked,
     "producer, transform"},
    {"1.7", "Nothing comes after the end of a subscription.", checked, "producer, transform"},
    {"1.8", "After a cancel no more comes than had been asked for, and then nothing.", checked,
     "producer, transform"},
    {"1.9", "Whoever subscribes is served or refused by a cancel; the producer lives on.", checked,
     "producer, transform, dispatcher"},
    {"1.10", "A consumer that subscribes twice does no harm to its first subscription.", checked,
     "producer, transform"},
    {"1.11", "One event for one consumer or for all is the producer's choice.", permission,
     "its dispatcher says which; X4 checks those that say all"},
    {"2.1", "Without an ask there are no events: a consumer asks, and asks again for what it has handled.",
     checked, "consumer, transform"},
    {"2.2", "A slow consumer does not hold up the thread of its producer.", by_construction,
     "handle_events runs on the consumer's own turn, never inside a callback of the producer"},
    {"2.3", "A consumer that hears of the end of a subscription does not ask or cancel on it.", checked,
     "consumer, transform: a cancel is seen; an ask on a subscription that is over is never sent"},
    {"2.4", "After its end a subscription is gone from the consumer's table.", checked,
     "consumer, transform"},
    {"2.5", "A subscription that is established twice is refused.", by_construction,
     "each subscribe_to makes a new subscription; a producer that sees one twice refuses the second"},
    {"2.6", "A consumer that ends cancels its subscriptions.", checked, "consumer, transform"},
    {"2.7", "The asks and cancels of one consumer are serial.", by_construction,
     "they are messages, sent by the consumer's own turn"},
    {"2.8", "Events that were sent before the producer saw the cancel are handled.", checked,
     "consumer, transform"},
    {"2.9", "A subscription may end politely before anything was asked for.", checked, "consumer, transform"},
    {"2.10", "A subscription may fail before anything was asked for.", checked, "consumer, transform"},
    {"2.11", "What was done before an event was sent is visible where it is handled.", by_construction,
     "mailboxes release and acquire; the library's stress tests run under ThreadSanitizer"},
    {"2.12", "A subscription is established once.", by_construction,
     "handle_subscribe runs once for each new subscription, before its first event"},
    {"2.13", "Handling events that came as they should does not throw.", checked, "consumer, transform"},
    {"3.1", "Only the consumer asks and cancels.", by_construction,
     "an ask from elsewhere becomes a turn of the consumer"},
    {"3.2", "A consumer may ask while it handles events.", checked, "producer, transform"},
    {"3.3", "Asking while handling events does not recurse.", by_construction,
     "an ask is sent when the callback has returned, and callbacks are never re-entered"},
    {"3.4", "Asking returns fast.", by_construction, "no user code runs inside: an ask is a message"},
    {"3.5", "Cancelling returns fast and may be repeated.", checked,
     "producer, transform: repeated cancels are answered once; no user code runs inside"},
    {"3.6", "An ask after a cancel does nothing.", checked, "producer, transform"},
    {"3.7", "A cancel after a cancel does nothing.", checked, "producer, transform"},
    {"3.8", "Asks add up.", checked, "producer, transform"},
    {"3.9", "An ask for nothing does nothing.", checked,
     "producer, transform: for 0; negative numbers are excluded by type"},
    {"3.10", "An ask may deliver at once.", permission, "events come by message, so no consumer sees it"},
    {"3.11", "An ask may end the subscription at once.", permission,
     "the end comes by message, so no consumer sees it"},
    {"3.12", "A cancel stops the events.", checked, "producer, transform"},
    {"3.13", "A producer forgets a consumer that has cancelled.", checked,
     "producer, transform: it is gone from the table; a Subscription that is kept keeps no stage alive"},
    {"3.14", "A producer may end when its last consumer leaves.", permission,
     "one that does is not asked for more by the kit"},
    {"3.15", "A cancel does not throw.", by_construction, "Subscription::cancel is noexcept"},
    {"3.16", "An ask does not throw.", by_construction, "Subscription::ask is noexcept"},
    {"3.17", "Any demand up to 2^63 - 1 is legal, in any number of asks, and that one is unlimited.", checked,
     "producer, transform, dispatcher"},
    {"4.1", "A transform is a correct consumer and a correct producer, and keeps the order.", checked,
     "transform: by all their rules"},
    {"4.2", "A transform whose producer fails tells its consumers.", checked, "transform"},
    {"X1", "The first ask is max_demand; the next comes when no more than min_demand is left, for the rest.",
     checked, "consumer, transform: unless they ask by hand"},
    {"X2", "No event is lost or invented: emitted is delivered, waiting, or discarded by name.", checked,
     "producer, consumer, transform, dispatcher"},
    {"X3", "Upstream is asked for exactly what the consumers asked for.", checked, "dispatcher"},
    {"X4", "A broadcast gives all consumers the same events and asks for what the slowest has asked for.",
     checked, "producer, dispatcher"},
    {"X5", "What a selector rejects uses up none of its consumer's demand.", checked, "dispatcher"},
    {"X6", "Each event goes to a consumer of its partition, and each consumer gets its events in order.",
     checked, "dispatcher"},
    {"X7", "No queue inside a dispatcher grows beyond its bound.", checked, "dispatcher"},
    {"X8", "A consumer that leaves takes nothing with it: undelivered events stay, it gets none later.",
     checked, "producer, dispatcher"},
    {"X9", "Whoever asks gets what waits: no event waits while a consumer that may have it asks.", checked,
     "producer, transform, dispatcher"},
    {"X10", "While a producer accumulates, no events pass; afterwards all do.", checked, "producer"},
    {"X11", "A transform asks for max_demand at once, and for more only when it has handled events.", checked,
     "transform: unless it asks by hand"},
    {"X12", "What a full buffer or queue drops is counted and reported.", checked,
     "dispatcher: its queues; a stage's own buffer by construction"},
    {"X13", "An info is delivered once, behind the events that were there before it.", checked,
     "dispatcher; a stage's own buffer by construction"},
    {"X14",
     "A permanent consumer ends with its subscription, a transient one unless that was polite, a "
     "temporary one lives on.",
     checked, "consumer, transform"},
    {"X15", "Subscribing to a stage that is gone is the end of the subscription with noproc.", checked,
     "consumer, transform"},
    {"X16", "Events that end with their stage are counted as lost.", by_construction,
     "the stage's cell counts them, not the stage"},
    {"X17", "A message is acknowledged exactly once.", later, "pipelines"},
    {"X18", "A drain takes no more in and lets go of everything in order.", later, "pipelines"},
    {"X19", "A cancel does not wait behind events.", checked, "producer, transform"},
    {"X20", "Timers run on the stage's turn and never after its end.", by_construction,
     "a timer is a message to the cell; one that ended takes none"},
    {"X21", "A restarted stage gets no message of the one before it.", by_construction,
     "a restart makes a new cell; references and subscriptions to the old one lead nowhere"},
    {"X22", "A network edge neither repeats nor skips events.", later, "network links"},
    {"X23", "Watermarks never go back.", later, "flows"},
    {"X24", "The same seed gives the same run.", checked, "producer, consumer, transform, dispatcher"},
};

}  // namespace

std::span<const Rule> rules() noexcept { return all; }

const Rule& rule(std::string_view id) {
  const auto* const found = std::ranges::find(all, id, &Rule::id);
  if (found == std::end(all)) throw std::out_of_range("there is no rule " + std::string(id));
  return *found;
}

}  // namespace sluice::inline v0::tck
