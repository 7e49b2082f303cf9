package org.tensorizer.patch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.patch.RegionBytes.ByteRuns;

/**
 * One private copy of a model whose payload is rewritten again and again: {@link #bytes} is always the same array, a
 * complete model that a session can take. Only bytes of the payload and of the tokens are ever written.
 *
 * <p>After each change of the payload the model needs a new token ({@link #refreshToken}) before a device sees it, or
 * the chip may go on with the weights it has. Not safe for several threads; a session must not read the array while it
 * is written.
 */
public final class PayloadWriter {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final PatchTarget target;
    private final RegionBytes regions;
    private final int at;
    private final byte[] bytes;

    private PayloadWriter(PatchTarget target) {
        this.target = target;
        ByteRange payload = target.payload();
        regions = new RegionBytes(payload.length(), target.layer());
        at = payload.start();
        bytes = target.model().copy();
    }

    /** Copies the model once. */
    public static PayloadWriter open(PatchTarget target) {
        return new PayloadWriter(target);
    }

    /** The whole model as it is now; the same array at every call. */
    public byte[] bytes() {
        return bytes;
    }

    /** Index of the payload's first byte in {@link #bytes}, as the methods of {@link org.tensorizer.layout.DenseLayout} want it. */
    public int payloadStart() {
        return at;
    }

    /**
     * Writes a pattern to a region.
     *
     * @throws org.tensorizer.base.BadInputException they do not fit each other or the payload
     */
    void apply(Region region, Pattern pattern) {
        apply(new Patch.Step(region, pattern));
    }

    void apply(Patch.Step step) {
        if (step.pattern() instanceof BytePattern pattern) {
            ByteRuns runs = regions.of(step.region());
            byte[] region = runs.gather(bytes, at);
            pattern.apply(region);
            runs.scatter(region, bytes, at);
        } else if (step.pattern() instanceof MatrixPattern pattern) {
            regions.write(step.region(), pattern, bytes, at);
        }
    }

    /**
     * Puts a fresh random token into all executables of the package.
     *
     * @return the token
     * @throws BadInputException an executable has no place for it
     */
    public long refreshToken() {
        long token = TokenPolicy.Fresh.next();
        setToken(token);
        return token;
    }

    void token(TokenPolicy policy) {
        if (policy instanceof TokenPolicy.Fresh) {
            refreshToken();
        } else if (policy instanceof TokenPolicy.Explicit explicit) {
            setToken(explicit.token());
        }
    }

    private void setToken(long token) {
        List<ByteRange> fields = target.tokenFields();
        for (ByteRange field : fields) {
            LONG.set(bytes, field.start(), token);
        }
    }
}
