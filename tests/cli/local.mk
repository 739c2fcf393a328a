# SPDX-License-Identifier: Apache-2.0
# Command line tests.
CLI_TESTS = %D%/readme.test %D%/docs.test %D%/completion.test %D%/help.test %D%/usage.test %D%/ask.test %D%/convert.test %D%/cache.test %D%/run.test %D%/worker.test %D%/machine.test %D%/names.test %D%/limits.test %D%/providers.test %D%/manner.test %D%/counters.test %D%/plan.test %D%/store.test
EXTRA_DIST += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
