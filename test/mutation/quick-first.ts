import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Most of the time of a mutant goes before the test that kills it: a file takes a third of a second to load. The files of one
// packet each are quick and see most of the codec; the corpus and the properties take seconds, and come when those have failed.
const LATE = ['framer', 'properties', 'bare-engine', 'prepared-publish', 'vectors', 'utf8', 'misuse'];

/** A mutant is killed by one test as well as by another, so the order changes no verdict. */
export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => LATE.indexOf(basename(moduleId, '.test.ts'));
    return [...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? 1 : -1));
  }
}
