package org.tensorizer.patch;

import java.security.SecureRandom;
import org.tensorizer.base.BadInputException;

/**
 * What becomes of the parameter-caching token. The runtime does not send parameters again whose token the chip already
 * holds, so two weight sets under one token mean that one of them runs with the weights of the other.
 *
 * <p>Source: observed on libedgetpu, spec of the runtime's caching.
 */
public sealed interface TokenPolicy {
    /** A token nobody has, in all executables of the package. */
    TokenPolicy FRESH = new Fresh();

    /** The token stays as it is. Safe only where each weight set has a device session of its own. */
    TokenPolicy KEEP = new Keep();

    /**
     * This token, which the caller answers for.
     *
     * @throws BadInputException it is 0, which the runtime takes as none
     */
    static TokenPolicy explicit(long token) {
        return new Explicit(token);
    }

    /** See {@link #FRESH}. */
    record Fresh() implements TokenPolicy {
        private static final SecureRandom RANDOM = new SecureRandom();

        /** A random token, never 0. */
        public static long next() {
            long token;
            do {
                token = RANDOM.nextLong();
            } while (token == 0);
            return token;
        }

        @Override
        public String toString() {
            return "fresh";
        }
    }

    /** See {@link #KEEP}. */
    record Keep() implements TokenPolicy {
        @Override
        public String toString() {
            return "keep";
        }
    }

    /**
     * See {@link #explicit}.
     *
     * @param token not 0
     */
    record Explicit(long token) implements TokenPolicy {
        public Explicit {
            if (token == 0) {
                throw new BadInputException("token 0, expected another number: the runtime takes 0 as no token");
            }
        }

        @Override
        public String toString() {
            return "explicit";
        }
    }
}
