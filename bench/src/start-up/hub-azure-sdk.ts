import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AZURE_PACKAGES, azureFolder } from '../size/azure-folder.ts';

const require = createRequire(join(azureFolder, 'package.json'));
for (const name of AZURE_PACKAGES) require(name);
