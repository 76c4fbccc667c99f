// skein: the command line of a Skein cluster. See docs/design/skein-cli.md.
#include "tools/skein/cli.h"

int main(int argc, char** argv) { return skein::cli::run({argv + 1, argv + argc}, skein::cli::process_console()); }
