#include "sluice/flow/participant.hpp"

#include <typeinfo>

namespace sluice::inline v0::flow::detail {

HostPtr start_child(Assembly& assembly, const ChildSpec& spec) {
  StartOptions options = spec.options;
  if (!options.name) options.name = assembly.layer_name(spec.id);
  const Shutdown shutdown = spec.shutdown_time();
  return assembly.start(
      std::move(options), [&spec] { return spec.make(); }, spec.type != nullptr ? *spec.type : typeid(Stage),
      shutdown.kills() ? Duration::zero() : shutdown.time());
}

void end_with_upstreams(const HostPtr& consumer) {
  consumer->post(make_errand([](Host& at) { at.intake()->end_with_upstreams(); }));
}

SubscribeOptions terms_in_flow(SubscribeOptions terms) {
  sluice::check(terms);
  if (terms.on_cancel == OnCancel::permanent) terms.on_cancel = OnCancel::transient;
  return terms;
}

}  // namespace sluice::inline v0::flow::detail
