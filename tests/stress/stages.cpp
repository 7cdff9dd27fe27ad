#include <array>
#include <string>

#include "stress.hpp"

namespace sluice::stress {
namespace {

TEST(Stages, ForeignThreadsCastAndCall) {
  const Watchdog watchdog("ForeignThreadsCastAndCall");
  Runtime runtime(workers(4));
  std::vector<Ref<Account>> accounts;
  for (int i = 0; i < 16; ++i) accounts.push_back(runtime.start<Account>());
  constexpr int threads = 6;
  constexpr int rounds = 1000 * scale;
  on_threads(threads, [&](int thread) {
    Random dice(static_cast<std::uint64_t>(thread) + 1);
    for (int i = 0; i < rounds; ++i) {
      const auto& account = accounts[dice.below(accounts.size())];
      if (dice.below(50) == 0) {
        EXPECT_GE(account.call(&Account::balance), 0);
      }
      account.cast(&Account::pay, 1L);
    }
  });
  long sum = 0;
  for (const auto& account : accounts) sum += account.call(&Account::balance);
  EXPECT_EQ(sum, threads * rounds);
}

TEST(Stages, CallsKeepTheOrderOfCastsOfOneThread) {
  const Watchdog watchdog("CallsKeepTheOrderOfCastsOfOneThread");
  Runtime runtime(workers(2));
  on_threads(4, [&](int /*thread*/) {
    const auto account = runtime.start<Account>();
    for (long i = 1; i <= 300 * scale; ++i) {
      account.cast(&Account::pay, 1L);
      ASSERT_EQ(account.call(&Account::balance), i);
    }
  });
}

TEST(Stages, EndsRaceWithMessages) {
  const Watchdog watchdog("EndsRaceWithMessages");
  {
    Runtime runtime(workers(3));
    for (int round = 0; round < 40 * scale; ++round) {
      const auto account = runtime.start<Account>();
      std::atomic<int> answers{0};
      on_threads(4, [&](int thread) {
        for (int i = 0; i < 20; ++i) {
          account.cast(&Account::pay, 1L);
          if (thread == 0 && i == 10) account.kill();
          if (thread == 1 && i == 12) account.stop_async();
          try {
            static_cast<void>(account.call(&Account::balance));
          } catch (const CallError& error) {
            EXPECT_NE(error.kind(), CallError::Kind::timeout);
          }
          ++answers;
        }
      });
      EXPECT_EQ(answers, 80);
      EXPECT_TRUE(runtime.wait(account).has_value());
      EXPECT_FALSE(account.alive());
    }
    while (runtime.stage_count() != 0) std::this_thread::yield();
  }
  EXPECT_EQ(Account::alive, 0);
}

TEST(Stages, CellsMoveBetweenWorkers) {
  const Watchdog watchdog("CellsMoveBetweenWorkers");
  Runtime runtime(workers(4));
  std::vector<Ref<Account>> accounts;
  for (int i = 0; i < 64; ++i) accounts.push_back(runtime.start<Account>());
  constexpr int threads = 4;
  constexpr int rounds = 300 * scale;
  on_threads(threads, [&](int thread) {
    Random dice(static_cast<std::uint64_t>(thread) + 7);
    for (int i = 0; i < rounds; ++i) {
      const auto& account = accounts[dice.below(accounts.size())];
      // Long ones make a rescuer take over what waits, middling ones make a worker share.
      const auto time =
          dice.below(100) == 0 ? std::chrono::microseconds(4000) : std::chrono::microseconds(dice.below(60));
      account.cast(&Account::compute_and_pay, time, 1L);
      if (dice.below(100) == 0) std::this_thread::yield();
    }
  });
  long sum = 0;
  for (const auto& account : accounts) {
    sum += account.call_for(std::chrono::seconds(50), [](Account& a) { return a.balance(); });
  }
  EXPECT_EQ(sum, threads * rounds);
}

/// Sends a token round and round.
class Hop : public Consumer<long> {
 public:
  explicit Hop(std::shared_ptr<std::atomic<long>> hops) : hops_(std::move(hops)) {}
  void set_next(Ref<Hop> next) { next_ = std::move(next); }
  void take(long left, std::chrono::microseconds pause) {
    hops_->fetch_add(1);
    if (left == 0) return;
    if (pause.count() != 0 && left % 16 == 0) {
      after(pause);
      waiting_ = {left, pause};
    } else {
      next_.cast(&Hop::take, left - 1, pause);
    }
  }

 private:
  void handle_events(Events<long> /*events*/, const Subscription& /*from*/) override {}
  void handle_timer(TimerId /*timer*/) override {
    next_.cast(&Hop::take, waiting_.first - 1, waiting_.second);
  }
  std::shared_ptr<std::atomic<long>> hops_;
  Ref<Hop> next_;
  std::pair<long, std::chrono::microseconds> waiting_{};
};

TEST(Stages, TokensGoRoundWithPausesLongEnoughToPark) {
  const Watchdog watchdog("TokensGoRoundWithPausesLongEnoughToPark");
  Runtime runtime(workers(3));
  const auto hops = std::make_shared<std::atomic<long>>(0);
  std::vector<Ref<Hop>> ring;
  for (int i = 0; i < 9; ++i) ring.push_back(runtime.start<Hop>(hops));
  for (std::size_t i = 0; i < ring.size(); ++i) ring[i].cast(&Hop::set_next, ring[(i + 1) % ring.size()]);
  constexpr long length = 400 * scale;
  ring[0].cast(&Hop::take, length, std::chrono::microseconds(120));
  while (hops->load() != length + 1) std::this_thread::yield();
  for (std::size_t i = 0; i < 3; ++i) ring[i * 3].cast(&Hop::take, length, std::chrono::microseconds(0));
  while (hops->load() != 4 * (length + 1)) std::this_thread::yield();
}

TEST(Stages, PingPongFromAThreadThatLetsWorkersPark) {
  const Watchdog watchdog("PingPongFromAThreadThatLetsWorkersPark");
  Runtime runtime(workers(2));
  const auto account = runtime.start<Account>();
  Random dice(3);
  for (long i = 1; i <= 400 * scale; ++i) {
    // Around the time a worker spins before it parks.
    compute(std::chrono::microseconds(dice.below(120)));
    account.cast(&Account::pay, 1L);
    if (i % 4 == 0) {
      ASSERT_EQ(account.call(&Account::balance), i);
    }
  }
}

TEST(Stages, StagesWithTheirOwnThreadComeAndGo) {
  const Watchdog watchdog("StagesWithTheirOwnThreadComeAndGo");
  {
    Runtime runtime(workers(2));
    on_threads(3, [&](int thread) {
      for (int i = 0; i < 12 * scale; ++i) {
        const auto account = runtime.start<Account>(StartOptions{.thread = Thread::own});
        std::atomic<bool> done{false};
        std::thread other([&] {
          while (!done.load()) account.cast(&Account::pay, 1L);
        });
        account.cast(&Account::pay, 1L);
        EXPECT_GE(account.call(&Account::balance), 1);
        if ((thread + i) % 2 == 0) {
          account.stop();
        } else {
          account.kill();
        }
        static_cast<void>(runtime.wait(account));
        done = true;
        other.join();
      }
    });
    while (runtime.stage_count() != 0) std::this_thread::yield();
  }
  EXPECT_EQ(Account::alive, 0);
}

/// Starts others from its callbacks, linked or not, and hears of their ends.
class Parent : public Consumer<long> {
 public:
  Parent(Runtime& runtime, std::shared_ptr<std::atomic<long>> downs)
      : runtime_(runtime), downs_(std::move(downs)) {}
  void raise(int count) {
    for (int i = 0; i < count; ++i) {
      const auto numbers = runtime_.start<Numbers>();
      const auto child = start_linked<Account>({}, nullptr);
      child.subscribe_later(numbers, {.max_demand = 10, .on_cancel = OnCancel::temporary});
      monitor(child);
      monitor(numbers);
      unlink(child);
      if (i % 2 == 0) {
        child.kill();
        numbers.stop_async();
      } else {
        child.stop_async();
        numbers.kill();
      }
    }
  }

 private:
  void handle_events(Events<long> /*events*/, const Subscription& /*from*/) override {}
  void handle_down(MonitorId /*monitor*/, const Reason& /*reason*/) override { downs_->fetch_add(1); }
  Runtime& runtime_;
  std::shared_ptr<std::atomic<long>> downs_;
};

TEST(Stages, MonitorsHearOfEveryEndOnce) {
  const Watchdog watchdog("MonitorsHearOfEveryEndOnce");
  Runtime runtime(workers(4));
  const auto downs = std::make_shared<std::atomic<long>>(0);
  StartOptions deaf;
  deaf.exits = Exits::trap;
  std::vector<Ref<Parent>> parents;
  for (int i = 0; i < 6; ++i) parents.push_back(runtime.start<Parent>(deaf, runtime, downs));
  constexpr int rounds = 10 * scale;
  for (int i = 0; i < rounds; ++i) {
    for (const auto& parent : parents) parent.cast(&Parent::raise, 5);
  }
  const long all = static_cast<long>(parents.size()) * rounds * 5 * 2;
  while (downs->load() < all) std::this_thread::yield();
  while (runtime.stage_count() != parents.size()) std::this_thread::yield();
  EXPECT_EQ(downs->load(), all);
}

TEST(Stages, LinkedStagesEndTogether) {
  const Watchdog watchdog("LinkedStagesEndTogether");
  class Friend : public Consumer<long> {
   public:
    void join(AnyRef other) { link(other); }

   private:
    void handle_events(Events<long> /*events*/, const Subscription& /*from*/) override {}
  };
  Runtime runtime(workers(3));
  for (int round = 0; round < 20 * scale; ++round) {
    std::vector<Ref<Friend>> friends;
    for (int i = 0; i < 8; ++i) friends.push_back(runtime.start<Friend>());
    on_threads(3, [&](int thread) {
      for (std::size_t i = 0; i < friends.size(); ++i) {
        if (i != 3 && static_cast<int>(i % 3) == thread) friends[i].cast(&Friend::join, friends[3]);
      }
      if (thread == 0) friends[3].stop_async(Reason("gone"));  // before or after the others know it
    });
    for (const auto& one : friends) static_cast<void>(runtime.wait(one));
  }
  while (runtime.stage_count() != 0) std::this_thread::yield();
}

/// Starts timers, cancels half of them.
class Ticker : public Consumer<long> {
 public:
  explicit Ticker(std::shared_ptr<std::atomic<long>> fired) : fired_(std::move(fired)) {}
  void tick(int count) {
    for (int i = 0; i < count; ++i) {
      after(std::chrono::microseconds(i % 7 * 100));
      cancel(after(std::chrono::milliseconds(500)));
    }
    every_ = every(std::chrono::microseconds(300));
  }

 private:
  void handle_events(Events<long> /*events*/, const Subscription& /*from*/) override {}
  void handle_timer(TimerId timer) override {
    if (timer != every_) {
      fired_->fetch_add(1);
    } else if (++ticks_ == 5) {
      cancel(timer);
      fired_->fetch_add(5);
    }
  }
  std::shared_ptr<std::atomic<long>> fired_;
  TimerId every_{};
  int ticks_ = 0;
};

TEST(Stages, TimersFireOnceEach) {
  const Watchdog watchdog("TimersFireOnceEach");
  Runtime runtime(workers(3));
  const auto fired = std::make_shared<std::atomic<long>>(0);
  constexpr int count = 20 * scale;
  std::vector<Ref<Ticker>> tickers;
  for (int i = 0; i < 20; ++i) tickers.push_back(runtime.start<Ticker>(fired));
  on_threads(4, [&](int thread) {
    for (std::size_t i = 0; i < tickers.size(); ++i) {
      if (static_cast<int>(i % 4) == thread) tickers[i].cast(&Ticker::tick, count);
    }
  });
  const long all = static_cast<long>(tickers.size()) * (count + 5);
  while (fired->load() < all) std::this_thread::yield();
  for (const auto& ticker : tickers) ticker.stop();
  EXPECT_EQ(fired->load(), all);
}

TEST(Stages, AShutdownWhileStagesAreStarted) {
  const Watchdog watchdog("AShutdownWhileStagesAreStarted");
  for (int round = 0; round < 20 * scale; ++round) {
    {
      auto runtime = std::make_unique<Runtime>(workers(2));
      std::atomic<int> started{0};
      std::thread stopper([&] {
        while (started.load() < 5) std::this_thread::yield();
        static_cast<void>(runtime->shutdown());
      });
      on_threads(3, [&](int thread) {
        try {
          while (true) {
            StartOptions options;
            if (thread == 0 && started % 4 == 0) options.thread = Thread::own;
            const auto numbers = runtime->start<Numbers>();
            const auto account = runtime->start<Account>(options);
            account.subscribe_later(numbers, {.on_cancel = OnCancel::temporary});
            ++started;
          }
        } catch (const StartError& error) {
          EXPECT_EQ(error.kind(), StartError::Kind::shutting_down);
        } catch (const CallError&) {
        }
      });
      stopper.join();
      runtime.reset();
    }
    ASSERT_EQ(Account::alive, 0) << "stages outlive their runtime";
  }
}

TEST(Stages, RefsAreUsedWhileTheirRuntimeEnds) {
  const Watchdog watchdog("RefsAreUsedWhileTheirRuntimeEnds");
  for (int round = 0; round < 15 * scale; ++round) {
    auto runtime = std::make_unique<Runtime>(workers(3));
    std::vector<Ref<Account>> accounts;
    const auto numbers = runtime->start<Numbers>();
    for (int i = 0; i < 4; ++i) {
      accounts.push_back(runtime->start<Account>());
      accounts.back().subscribe_to(numbers, {.max_demand = 20});
    }
    std::atomic<int> busy{0};
    std::thread ender([&] {
      while (busy.load() < 100) std::this_thread::yield();
      runtime.reset();
    });
    on_threads(3, [&](int thread) {
      Random dice(static_cast<std::uint64_t>(thread + round));
      for (int i = 0; i < 400; ++i) {
        const auto& account = accounts[dice.below(accounts.size())];
        account.cast(&Account::pay, 1L);
        ++busy;
        try {
          if (i % 8 == 0) static_cast<void>(account.call(&Account::balance));
          if (i % 64 == 0) static_cast<void>(account.inspect());
        } catch (const CallError& error) {
          EXPECT_NE(error.kind(), CallError::Kind::timeout);
        }
      }
    });
    ender.join();
    for (const auto& account : accounts) EXPECT_FALSE(account.alive());
  }
  EXPECT_EQ(Account::alive, 0);
}

}  // namespace
}  // namespace sluice::stress
