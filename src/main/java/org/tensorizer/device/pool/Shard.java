package org.tensorizer.device.pool;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * One part of a run that is spread over machines: {@code 2/3} is the second of three. Every name belongs to exactly one
 * part, the same on every machine and whatever other names there are.
 *
 * @param index from 1
 * @param count of parts
 */
public record Shard(int index, int count) {
    private static final Setting SETTING = new Setting("tensorizer.shard");
    private static final Pattern FORM = Pattern.compile("(\\d{1,4})/(\\d{1,4})");

    /** @throws BadInputException the part is not one of 1 to {@code count} */
    public Shard {
        if (index < 1 || index > count) {
            throw new BadInputException(
                    "shard: expected i/n with i from 1 to n, such as 1/3 to 3/3; found " + index + "/" + count);
        }
    }

    /** @throws BadInputException the text is not of the form i/n with i from 1 to n */
    public static Shard parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new BadInputException(
                    "shard: expected i/n with i from 1 to n, such as 1/3 to 3/3; found \"" + text + "\"");
        }
        return new Shard(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    /** The user's part, {@code -Dtensorizer.shard=i/n}; empty where the run is not split. */
    public static Optional<Shard> ofUser() {
        return SETTING.value().map(Shard::parse);
    }

    /** Whether this part has what goes by this name, by the CRC-32 of its UTF-8 bytes. */
    public boolean contains(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return crc.getValue() % count == index - 1;
    }

    @Override
    public String toString() {
        return index + "/" + count;
    }
}
