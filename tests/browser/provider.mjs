// A certified OpenID provider on loopback, for the tests: whoever signs in is who they type.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { port, client, secret, back, people } = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [back], response_types: ['code'],
    grant_types: ['authorization_code'] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  pkce: { required: () => true },
  cookies: { keys: ['only for tests'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
createServer(provider.callback()).listen(port, 'localhost', () => process.stdout.write('ready\n'));
