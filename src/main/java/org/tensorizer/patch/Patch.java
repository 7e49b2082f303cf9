package org.tensorizer.patch;

import java.util.List;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;

/**
 * What to change in a payload: steps that are carried out one after the other, later ones over earlier ones, and the
 * policy for the token. Immutable.
 *
 * @param steps in order
 * @param token what becomes of the token, {@link TokenPolicy#FRESH} unless asked for otherwise
 */
public record Patch(List<Step> steps, TokenPolicy token) {
    /**
     * One region and what it gets.
     *
     * @param region where
     * @param pattern what
     */
    public record Step(Region region, Pattern pattern) {
        /** @throws BadInputException a matrix for a region that holds more than weights */
        public Step {
            if (pattern instanceof MatrixPattern
                    && (region instanceof Region.Payload
                            || region instanceof Region.Header
                            || region instanceof Region.Range)) {
                throw new BadInputException(pattern + " writes weights and cannot go to " + region
                        + ", expected weights, row, column, kernel, channels or cell");
            }
        }

        /** Whether it can be carried out only where the layout of a layer is known. */
        public boolean needsLayer() {
            return !(region instanceof Region.Payload || region instanceof Region.Range);
        }
    }

    public Patch {
        steps = List.copyOf(steps);
    }

    /** A pattern where it goes by default. */
    public static Patch of(Pattern pattern) {
        return of(pattern.defaultRegion(), pattern);
    }

    /**
     * A pattern in a region.
     *
     * @throws BadInputException they do not go together
     */
    public static Patch of(Region region, Pattern pattern) {
        return new Patch(List.of(new Step(region, pattern)), TokenPolicy.FRESH);
    }

    /**
     * This, then another step.
     *
     * @throws BadInputException region and pattern do not go together
     */
    public Patch then(Region region, Pattern pattern) {
        return new Patch(
                Stream.concat(steps.stream(), Stream.of(new Step(region, pattern)))
                        .toList(),
                token);
    }

    /** This with another policy for the token. */
    public Patch withToken(TokenPolicy policy) {
        return new Patch(steps, policy);
    }
}
