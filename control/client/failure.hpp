#pragma once

#include <stdexcept>
#include <string>

namespace troupe::control {

/// Why a command could not be carried out, as one sentence: `troupectl` ends with it. What a node said in it is escaped
/// where it is printed.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The node answered, but did not do it.
struct refusal : failure {
  refusal(unsigned code, const std::string& sentence) : failure{sentence}, status{code} {}
  unsigned status;  ///< of HTTP
};

/// The command line says what cannot be meant.
struct not_understood : failure {
  using failure::failure;
};

}  // namespace troupe::control
