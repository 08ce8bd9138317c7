/** Writes docs/openapi.json from the table of endpoints: `npm run openapi`. */
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/api/openapi.js';
import { ENDPOINTS } from '../src/api/table.js';

writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(ENDPOINTS), null, 2)}\n`);
