// troupectl: looks into a running node, and tells it what to do. `troupectl --help` tells the rest.
#include "control/grammar/command_line.hpp"

int main(int argc, char** argv) { return troupe::control::execute(argc, argv); }
