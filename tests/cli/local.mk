# SPDX-License-Identifier: Apache-2.0
# Command line tests.
CLI_TESTS = %D%/readme.test
EXTRA_DIST += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
