package org.tensorizer.conv;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The fraction next to a number among those whose denominator is limited, by its continued fraction.
 *
 * @param numerator 0 or more
 * @param denominator 1 or more
 */
record BestFraction(int numerator, int denominator) {
    /**
     * @param number 0 to 1, taken as the exact binary fraction it is
     * @param most largest denominator
     */
    static BestFraction of(double number, int most) {
        BigInteger limit = BigInteger.valueOf(most);
        BigInteger d = BigInteger.TWO.pow(Math.max(0, 52 - Math.getExponent(number)));
        BigInteger n = new BigDecimal(number).multiply(new BigDecimal(d)).toBigIntegerExact();
        BigInteger common = n.gcd(d);
        BigInteger numerator = n.divide(common);
        BigInteger denominator = d.divide(common);
        if (denominator.compareTo(limit) <= 0) {
            return new BestFraction(numerator.intValueExact(), denominator.intValueExact());
        }
        n = numerator;
        d = denominator;
        BigInteger p0 = BigInteger.ZERO;
        BigInteger q0 = BigInteger.ONE;
        BigInteger p1 = BigInteger.ONE;
        BigInteger q1 = BigInteger.ZERO;
        while (true) {
            BigInteger[] quotient = n.divideAndRemainder(d);
            BigInteger q2 = q0.add(quotient[0].multiply(q1));
            if (q2.compareTo(limit) > 0) {
                break;
            }
            BigInteger p2 = p0.add(quotient[0].multiply(p1));
            p0 = p1;
            q0 = q1;
            p1 = p2;
            q1 = q2;
            n = d;
            d = quotient[1];
        }
        // the last convergent, or the furthest step from the one before towards the next
        BigInteger k = limit.subtract(q0).divide(q1);
        BigInteger pk = p0.add(k.multiply(p1));
        BigInteger qk = q0.add(k.multiply(q1));
        boolean convergent = distance(p1, q1, numerator, denominator)
                        .multiply(qk)
                        .compareTo(distance(pk, qk, numerator, denominator).multiply(q1))
                <= 0;
        return convergent
                ? new BestFraction(p1.intValueExact(), q1.intValueExact())
                : new BestFraction(pk.intValueExact(), qk.intValueExact());
    }

    /** |p / q - n / d| * q * d. */
    private static BigInteger distance(BigInteger p, BigInteger q, BigInteger n, BigInteger d) {
        return p.multiply(d).subtract(n.multiply(q)).abs();
    }
}
