/** Writes `.env.example` from the table of settings. */
import { writeFileSync } from 'node:fs';
import { envExample } from '../src/config/describe.js';

writeFileSync('.env.example', envExample());
