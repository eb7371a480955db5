/** TLS of the HTTP port, and what is asked of clients. Names and texts follow Go's crypto/tls, as Loki's YAML has them. */
import type { TLSSocket, TlsOptions } from 'node:tls';

export interface TlsSettings {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | null;
  /** '' is NoClientCert. */
  readonly clientAuthType: string;
}

export interface ServerTls {
  readonly options: TlsOptions;
  /** To be called with each connection: ends those whose client does not show what it must. */
  readonly checkPeer: (socket: TLSSocket) => void;
}

interface ClientAuth {
  readonly requestCert: boolean;
  /** The handshake fails without a certificate of the authority. */
  readonly rejectUnauthorized: boolean;
  readonly accepts: (shown: boolean, verified: boolean) => boolean;
}

const anyone = (): boolean => true;
const clientAuth: Readonly<Record<string, ClientAuth>> = {
  NoClientCert: { requestCert: false, rejectUnauthorized: false, accepts: anyone },
  RequestClientCert: { requestCert: true, rejectUnauthorized: false, accepts: anyone },
  RequireAnyClientCert: { requestCert: true, rejectUnauthorized: false, accepts: (shown) => shown },
  RequireClientCert: { requestCert: true, rejectUnauthorized: false, accepts: (shown) => shown },
  VerifyClientCertIfGiven: {
    requestCert: true,
    rejectUnauthorized: false,
    accepts: (shown, verified) => !shown || verified,
  },
  RequireAndVerifyClientCert: { requestCert: true, rejectUnauthorized: true, accepts: (_shown, verified) => verified },
};

/** Throws when the kind of client authentication is unknown, or contradicts the authority. */
export function serverTls({ cert, key, clientCa, clientAuthType }: TlsSettings): ServerTls {
  const auth = clientAuth[clientAuthType || 'NoClientCert'];
  if (auth === undefined) throw new Error(`server.http_tls_config: invalid ClientAuth: ${clientAuthType}`);
  if (clientCa !== null && !auth.requestCert)
    throw new Error("server.http_tls_config: client CA's have been configured without a Client Auth Policy");
  const { requestCert, rejectUnauthorized, accepts } = auth;
  return {
    options: { cert, key, requestCert, rejectUnauthorized, ...(clientCa && { ca: clientCa }) },
    checkPeer(socket) {
      const shown = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
      if (!accepts(shown, socket.authorized)) socket.destroy();
    },
  };
}
