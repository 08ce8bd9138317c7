/**
 * Headers of every response. One strict Content-Security-Policy for all: nothing from other origins, no inline script or
 * style, no frames; pages get their style sheet, their one script and their forms from here.
 */
import helmet from 'helmet';

const SELF = "'self'";
const NONE = "'none'";

/** @param secure whether browsers reach the service by https (then HSTS makes sense) */
export const securityHeaders = (secure: boolean) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: [NONE],
        scriptSrc: [SELF],
        styleSrc: [SELF],
        imgSrc: [SELF],
        connectSrc: [SELF],
        formAction: [SELF],
        baseUri: [NONE],
        frameAncestors: [NONE],
      },
    },
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
