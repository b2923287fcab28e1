#pragma once

namespace troupe::bench::inproc {

/// `troupe-bench inproc ...`, its words behind the first; returns the exit code: 0 only when nothing was lost, doubled,
/// reordered or refused.
int run_command(int argc, char** argv);

}  // namespace troupe::bench::inproc
