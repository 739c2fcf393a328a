# SPDX-License-Identifier: Apache-2.0
# Beside other people's programs, where there are any.
PEER_TESTS = %D%/llama_bench.test
EXTRA_DIST += $(PEER_TESTS)
TESTS += $(PEER_TESTS)
