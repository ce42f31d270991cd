// What the pages in the source documents call: an axios-like client over fetch, and `io()` as in a browser.
//
// environment: URL, API_KEY

import { io as connect } from 'socket.io-client';

const url = process.env.URL ?? 'http://127.0.0.1:8080';
const token = process.env.API_KEY;

async function request(method, path, { params, body } = {}) {
  const query = params ? `?${new URLSearchParams(params)}` : '';
  const headers = { Authorization: `Bearer ${token}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const sent = body === undefined ? undefined : JSON.stringify(body);
  for (;;) {
    const response = await fetch(`${url}${path}${query}`, { method, headers, body: sent });
    const data = await response.json();
    if (response.status !== 429) return { status: response.status, data };
    await new Promise((done) => setTimeout(done, 1_000 * Number(response.headers.get('Retry-After') ?? 1)));
  }
}

// Like axios with an interceptor that returns the envelope, whatever its status.
const http = {
  get: async (path, { params } = {}) => (await request('GET', path, { params })).data,
  post: async (path, body) => (await request('POST', path, { body })).data,
};

const batches = '/api/batch-transfers';

// Document 000's calls, under its names.
export const batchTransferApi = {
  createBatchTransfer: (data) => http.post(batches, data),
  getBatchTransfers: (params) => http.get(batches, { params }),
  getBatchTransferById: (id) => http.get(`${batches}/${id}`),
  executeBatchTransfer: (id, options) => http.post(`${batches}/${id}/execute`, options),
  getBatchTransferHistory: (id) => http.get(`${batches}/${id}/history`),
  getBatchTransferProgress: (id) => http.get(`${batches}/${id}/progress`),
  getFailedTransfers: (id) => http.get(`${batches}/${id}/relations`, { params: { status: 'failed' } }),
  retryTransferRelation: (id, relation, options) => http.post(`${batches}/${id}/relations/${relation}/retry`, options),
  retryFailedTransfers: (id, options) => http.post(`${batches}/${id}/retry-failed`, options),
  resumeBatchTransfer: (id, options) => http.post(`${batches}/${id}/resume`, options),
  cancelBatchTransfer: (id) => http.post(`${batches}/${id}/cancel`),
};

// Document 001's calls.
export const accountTransferApi = {
  create: (data) => http.post('/api/v2/account-transfers', data),
  get: (id) => http.get(`/api/v2/account-transfers/${id}`),
  list: (params) => http.get('/api/v2/account-transfers', { params }),
};

// In a browser this uses the page's server and its cookie; here, URL and API_KEY from the environment.
export const io = () => connect(url, { auth: { token } });
