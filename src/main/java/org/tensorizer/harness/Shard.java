package org.tensorizer.harness;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * A share of the experiments: {@code -Dtensorizer.shard=i/n} runs the i-th of n shares, i from 1. Each experiment method is
 * in exactly one share, on every machine the same. One report can be made of all shares' results. Public
 * for the service loader only.
 */
public final class Shard implements PostDiscoveryFilter {
    static final Setting SETTING = new Setting("tensorizer.shard");

    private final int share;
    private final int shares;

    /** The share that the user asked for, everything without {@code -Dtensorizer.shard}. */
    public Shard() {
        this(SETTING.value().orElse("1/1"));
    }

    Shard(String text) {
        Matcher parts = Pattern.compile("(\\d{1,6})/(\\d{1,6})").matcher(text);
        if (!parts.matches()) {
            throw new BadInputException(SETTING + "=" + text + ": expected i/n, such as 1/4");
        }
        share = Integer.parseInt(parts.group(1));
        shares = Integer.parseInt(parts.group(2));
        if (share < 1 || share > shares) {
            throw new BadInputException(SETTING + "=" + text + ": expected i from 1 to n");
        }
    }

    @Override
    public FilterResult apply(TestDescriptor test) {
        boolean included = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .filter(method -> method.getJavaClass().isAnnotationPresent(Hypothesis.class))
                .map(method -> takes(method.getClassName() + "#" + method.getMethodName()))
                .orElse(true);
        return FilterResult.includedIf(included, () -> "in this share", () -> "in another share");
    }

    boolean takes(String method) {
        return Math.floorMod(method.hashCode(), shares) == share - 1;
    }
}
