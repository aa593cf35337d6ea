import { groups } from './groups.ts';
import { testGroup } from './test-group.ts';

testGroup(groups.processes);
