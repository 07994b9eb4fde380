// A download as any program would make it.

import https from 'node:https';

/** What is at an address: `{ status, headers, body }`. `ca` is the certificate that is trusted. */
export function download(url, ca, headers = {}) {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ca, headers }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        );
        response.on('error', reject);
      })
      .on('error', reject);
  });
}
