import { killOnceUnderLoad } from './processes/kill-under-load.ts';
import { parallelRetries } from './readers/parallel-retries.ts';
import { killSubscribers } from './redis/kill-subscribers.ts';
import { redisGone } from './redis/redis-gone.ts';
import { testBrokenBuild } from './test-broken-build.ts';

testBrokenBuild('d1-acknowledges-before-commit', killOnceUnderLoad, /was acknowledged as \d+ and (is lost|stands at)/);
testBrokenBuild('d2-forgets-fingerprints', parallelRetries, /has another body than was sent/);
testBrokenBuild('d3-counts-in-memory', killSubscribers, /the log has \d+ where \d+ belongs/);
testBrokenBuild('d4-skips-holes', killSubscribers, /never received \d+/);
testBrokenBuild('d5-deletes-before-publishing', redisGone, /what was stored without Redis was never published/);
