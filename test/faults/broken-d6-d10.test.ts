import { rollingSigterm } from './processes/rolling-sigterm.ts';
import { lateAcknowledgements } from './readers/late-acknowledgements.ts';
import { stuckReader } from './readers/stuck-reader.ts';
import { killSubscribers } from './redis/kill-subscribers.ts';
import { testBrokenBuild } from './test-broken-build.ts';

testBrokenBuild('d6-buffers-without-bound', stuckReader, /a stuck reader made the process hold [\d.]+ MB/);
testBrokenBuild('d7-lets-watermarks-fall', lateAcknowledgements, /a watermark fell|never reached the head/);
testBrokenBuild('d8-leaves-the-door-open', killSubscribers, /a stranger gets into conversation/);
testBrokenBuild('d9-leaves-at-once', rollingSigterm, /sockets were closed with 1006 instead of 1012/);
testBrokenBuild('d10-answers-from-a-replica', killSubscribers, /shows what a fresh query does not/);
