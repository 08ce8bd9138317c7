/** A platform whose readers choose what a post has to prove. `npm run build`, then `node examples/feed-platform/server.js`. */
import { readFileSync } from 'node:fs';
import { createVerifier, judgeFeed, POLICIES } from 'assay/client/html';
import { fileCache } from 'assay/client/node-cache';
import express from 'express';

const { TRUST = 'trust.json', CACHE = '.cache', PORT = '3000' } = process.env;
const trust = JSON.parse(readFileSync(TRUST, 'utf8'));
const verifier = createVerifier({ trust, fetch, cache: fileCache(CACHE) });
const posts = [];
const app = express().use(express.json());

app.post('/posts', (request, response) => {
  const author = request.get('x-account'); // stands for the site's own session, never for what a body says
  if (!author) return response.status(401).json({ error: 'not signed in' });
  const { text, attestation } = request.body ?? {};
  if (typeof text !== 'string') return response.status(400).json({ error: 'no text' });
  posts.push({ id: String(posts.length + 1), platform: 'forum', author, text, attestation });
  response.status(201).json({ id: posts.at(-1).id });
});

app.get('/feed', async (request, response) => {
  const policy = request.query.show ?? 'humans';
  if (!Object.hasOwn(POLICIES, policy)) return response.status(400).json({ error: 'no such filter' });
  const decisions = await judgeFeed(verifier, posts, policy);
  const shown = posts.map(({ id, author, text }, at) => ({ id, author, text, ...decisions[at] }));
  response.json(shown.filter(({ action }) => action !== 'hide'));
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
